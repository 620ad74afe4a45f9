/** The network's answers to the views of a picture become one answer. Plain Kotlin. */
package tenfold

/** What a model file says of itself, as far as it is needed here. */
class Facts(
    val labels: List<String>,
    val inputSize: Int,
    val resize: String,
    val views: String,
    val threshold: Double,
)

/** `known` false: "none of these"; `label` then is only the nearest class. */
data class Answer(val label: String, val confidence: Double, val known: Boolean, val novelty: Double)

/** `probabilities` `[views][classes]` and `novelty` `[views]`; the softmax is in the model file already. */
fun answerOf(facts: Facts, probabilities: List<FloatArray>, novelty: FloatArray): Answer {
    val sums = facts.labels.indices.map { k -> probabilities.sumOf { it[k].toDouble() } }
    val best = sums.indices.maxByOrNull { sums[it] } ?: 0
    val strangeness = novelty.sumOf { it.toDouble() } / novelty.size
    return Answer(facts.labels[best], sums[best] / sums.sum(), strangeness <= facts.threshold, strangeness)
}
