/** A tenfold model file in an Android app: ONNX Runtime runs it, Android decodes the pictures.
 *
 *  build.gradle.kts:  implementation("com.microsoft.onnxruntime:onnxruntime-android:1.22.0")
 *  minSdk 28. The model file, for example from `tenfold export cifar10 --to onnx-int8`, lies in assets/:
 *
 *      val classifier = Classifier(assets.open("cifar10-int8.onnx").readBytes())
 *      val answer = classifier.classify(ImageDecoder.createSource(contentResolver, uri))
 *      text = if (answer.known) answer.label else "none of these"
 */
package tenfold

import ai.onnxruntime.OnnxJavaType
import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import android.graphics.Bitmap
import android.graphics.ImageDecoder
import java.nio.ByteBuffer
import org.json.JSONObject

class Classifier(model: ByteArray) : AutoCloseable {
    private val environment = OrtEnvironment.getEnvironment()
    private val session = environment.createSession(model)
    private val facts = factsOf(JSONObject(session.metadata.customMetadata["tenfold"] ?: error("not of tenfold")))

    /** Not on the thread that draws. */
    fun classify(source: ImageDecoder.Source): Answer {
        val (pixels, jpeg) = decode(source)
        val size = facts.inputSize
        val factor = if (jpeg) factorOf(pixels.width, pixels.height, size) else 1
        val small = reduce(pixels, factor)
        val views = viewsOf(facts.views, small.width, small.height, size)
        val shape = longArrayOf(views.size.toLong(), size.toLong(), size.toLong(), 3)
        val bytes = ByteBuffer.wrap(cut(small, views, size, facts.resize))
        OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8).use { image ->
            session.run(mapOf("image" to image), setOf("probabilities", "novelty")).use { said ->
                @Suppress("UNCHECKED_CAST")
                val probabilities = said["probabilities"].get().value as Array<FloatArray>
                return answerOf(facts, probabilities.toList(), said["novelty"].get().value as FloatArray)
            }
        }
    }

    override fun close() = session.close()
}

/** Upright pixels, and whether the file is a JPEG. The bytes are taken as they are stored: `getPixels` would
 *  convert them by the picture's colour profile, which the pixel rule leaves out. */
private fun decode(source: ImageDecoder.Source): Pair<Pixels, Boolean> {
    var jpeg = false
    var bitmap = ImageDecoder.decodeBitmap(source) { decoder, info, _ ->
        jpeg = info.mimeType == "image/jpeg"
        decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
        decoder.isUnpremultipliedRequired = true
    }
    if (bitmap.config != Bitmap.Config.ARGB_8888) bitmap = bitmap.copy(Bitmap.Config.ARGB_8888, false)
    val rgba = ByteArray(bitmap.byteCount)
    bitmap.copyPixelsToBuffer(ByteBuffer.wrap(rgba))
    return overWhite(bitmap.width, bitmap.height, rgba) to jpeg
}

private fun factsOf(json: JSONObject): Facts {
    val classes = json.getJSONArray("classes")
    return Facts(
        labels = List(classes.length()) { classes.getJSONObject(it).getString("label") },
        inputSize = json.getInt("input_size"),
        resize = json.getString("resize"),
        views = json.getString("views"),
        threshold = json.getDouble("threshold"),
    )
}
