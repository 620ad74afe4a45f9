/** Runs the pixel rule over its test vectors: `java -jar vectors.jar tests/data/pixel-rule`. Plain JVM.
 *  PNG files are read as well, by the JVM's decoder; of a JPEG, which decoders read differently by a step of
 *  brightness here and there, the decoded pixels are taken from the vectors, and only its size from the file. */
package tenfold

import java.io.File
import java.util.zip.GZIPInputStream
import javax.imageio.ImageIO
import kotlin.system.exitProcess

private class Case(
    val picture: String,
    val size: Int,
    val resize: String,
    val views: String,
    val pictureSize: Pair<Int, Int>,
    val decodedSize: Pair<Int, Int>,
    val decoded: String,
    val tensor: String,
)

private fun casesOf(json: String): List<Case> {
    fun words(name: String) = Regex("\"$name\": \"?([^\",\\[]+)\"?,?").findAll(json).map { it.groupValues[1] }.toList()
    fun sizes(name: String) = Regex("\"$name\": \\[\\s*(\\d+),\\s*(\\d+)\\s*]").findAll(json)
        .map { it.groupValues[1].toInt() to it.groupValues[2].toInt() }.toList()
    val (resize, views) = words("resize") to words("views")
    val (whole, read) = sizes("picture_size") to sizes("decoded_size")
    val (decoded, tensor) = words("decoded") to words("tensor")
    val size = words("size")
    return words("picture").mapIndexed { i, name ->
        Case(name, size[i].trim().toInt(), resize[i], views[i], whole[i], read[i], decoded[i], tensor[i])
    }
}

private fun unpacked(file: File) = GZIPInputStream(file.inputStream()).use { it.readBytes() }

/** As the app does it, where the JVM's decoder is one that reads 8 bits and turns nothing. */
private fun ofPng(file: File): Pixels {
    val image = ImageIO.read(file)
    val rgba = ByteArray(image.width * image.height * 4)
    for (i in 0 until image.width * image.height) {
        val argb = image.getRGB(i % image.width, i / image.width)
        for ((c, shift) in listOf(16, 8, 0, 24).withIndex()) rgba[i * 4 + c] = (argb shr shift).toByte()
    }
    return overWhite(image.width, image.height, rgba)
}

private fun wrong(folder: File, case: Case): List<String> {
    val wrong = mutableListOf<String>()
    val (width, height) = case.decodedSize
    val decoded = Pixels(width, height, unpacked(File(folder, case.decoded)))
    val views = viewsOf(case.views, width, height, case.size)
    if (!cut(decoded, views, case.size, case.resize).contentEquals(unpacked(File(folder, case.tensor)))) {
        wrong += "the tensor is another"
    }
    val png = case.picture.endsWith(".png")
    val (columns, rows) = case.pictureSize
    val factor = if (png) 1 else factorOf(columns, rows, case.size)
    val small = reduce(Pixels(columns, rows, ByteArray(columns * rows * 3) { 7 }), factor)
    if (small.width != width || small.height != height || small.data.any { it.toInt() != 7 }) {
        wrong += "reduced by $factor"
    }
    val plain = png && "16" !in case.picture && "turned" !in case.picture && "grey" !in case.picture
    if (plain && !ofPng(File(folder, case.picture)).data.contentEquals(decoded.data)) wrong += "decoded otherwise"
    return wrong
}

fun main(arguments: Array<String>) {
    val folder = File(arguments[0])
    val cases = casesOf(File(folder, "vectors.json").readText())
    val wrong = cases.flatMap { case -> wrong(folder, case).map { "${case.tensor}: $it" } }
    wrong.forEach(::println)
    val facts = Facts(listOf("cat", "dog"), 32, "bilinear", "six", 0.5)
    val said = answerOf(facts, listOf(floatArrayOf(0.9f, 0.1f), floatArrayOf(0.2f, 0.8f)), floatArrayOf(0.25f, 0.5f))
    check(said.label == "cat" && Math.abs(said.confidence - 0.55) < 1e-6 && said.known && said.novelty == 0.375)
    check(!answerOf(facts, listOf(floatArrayOf(0.5f, 0.5f)), floatArrayOf(0.75f)).known)
    println("${cases.size - wrong.size} of ${cases.size} vectors")
    if (wrong.isNotEmpty() || cases.isEmpty()) exitProcess(1)
}
