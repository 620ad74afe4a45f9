/** tenfold's pixel rule in plain Kotlin: decoded pixels to what the network takes, to the bit.
 *  docs/explanation/model-file.md has the rule in words. Knows nothing of Android, files or models. */
package tenfold

import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.sin

/** 8-bit RGB pixels, row by row. */
class Pixels(val width: Int, val height: Int, val data: ByteArray)

/** A part of a picture, in pixels; mirrored or not. */
data class View(
    val left: Double,
    val top: Double,
    val right: Double,
    val bottom: Double,
    val mirrored: Boolean = false,
)

private const val LEAST_NEEDED = 256
private const val NEEDED_PER_INPUT = 2
private const val WEIGHT_BITS = 22
private const val MOST_ROWS = 65_535

/** RGBA bytes, not premultiplied, to RGB: what is transparent is laid over white. */
fun overWhite(width: Int, height: Int, rgba: ByteArray): Pixels {
    val data = ByteArray(width * height * 3)
    for (i in 0 until width * height) {
        val alpha = rgba[i * 4 + 3].toInt() and 255
        for (c in 0..2) {
            val sum = (rgba[i * 4 + c].toInt() and 255) * alpha + 255 * (255 - alpha) + 128
            data[i * 3 + c] = (((sum shr 8) + sum) shr 8).toByte()
        }
    }
    return Pixels(width, height, data)
}

/** How many pixels of a side of a JPEG become one, for a network that takes `size`: 1, 2, 4 or 8. */
fun factorOf(width: Int, height: Int, size: Int): Int {
    val needed = maxOf(LEAST_NEEDED, NEEDED_PER_INPUT * size)
    val enough = maxOf(1, minOf(width / needed, height / needed))
    fun asked(side: Int) = side / maxOf(1, side / enough)
    return listOf(8, 4, 2).firstOrNull { it <= minOf(asked(width), asked(height)) } ?: 1
}

/** Each pixel is the mean of a square of `factor` pixels a side; those at the edge may be of fewer. */
fun reduce(pixels: Pixels, factor: Int): Pixels {
    if (factor == 1) return pixels
    val width = (pixels.width + factor - 1) / factor
    val height = (pixels.height + factor - 1) / factor
    val data = ByteArray(width * height * 3)
    for (y in 0 until height) for (x in 0 until width) for (c in 0..2) {
        val rows = y * factor until minOf(pixels.height, (y + 1) * factor)
        val columns = x * factor until minOf(pixels.width, (x + 1) * factor)
        var (sum, count) = 0 to 0
        for (row in rows) for (column in columns) {
            sum += pixels.data[(row * pixels.width + column) * 3 + c].toInt() and 255
            count += 1
        }
        data[(y * width + x) * 3 + c] = ((sum + count / 2) / count).toByte()
    }
    return Pixels(width, height, data)
}

/** The views of a picture by the rule that the model file names; one where it has the network's own size. */
fun viewsOf(rule: String, w: Int, h: Int, size: Int): List<View> = when {
    w == size && h == size -> listOf(whole(w, h))
    rule == "whole" -> listOf(whole(w, h))
    rule == "centre" -> listOf(square(w, h, 1.0, 0.5))
    rule == "mirrored-pair" -> bothWays(whole(w, h))
    rule == "five" -> listOf(
        whole(w, h), square(w, h, 1.0, 0.5), square(w, h, 1.0, 0.0), square(w, h, 1.0, 1.0), square(w, h, 0.75, 0.5),
    )
    rule == "six" -> bothWays(whole(w, h), square(w, h, 1.0, 0.5), square(w, h, 0.8, 0.5))
    rule == "six-wide" ->
        bothWays(whole(w, h), square(w, h, 1.0, 0.5)) + listOf(square(w, h, 1.0, 0.0), square(w, h, 1.0, 1.0))
    else -> throw IllegalArgumentException("The views rule $rule is newer than this program.")
}

/** What the network takes: uint8 `[views, size, size, 3]`. */
fun cut(pixels: Pixels, views: List<View>, size: Int, resize: String): ByteArray {
    val filter = filterOf(resize)
    val length = size * size * 3
    val tensor = ByteArray(views.size * length)
    views.forEachIndexed { i, view ->
        val square = squashed(pixels, view, size, filter)
        for (y in 0 until size) for (x in 0 until size) {
            val from = (y * size + if (view.mirrored) size - 1 - x else x) * 3
            square.copyInto(tensor, i * length + (y * size + x) * 3, from, from + 3)
        }
    }
    return tensor
}

private fun whole(w: Int, h: Int) = View(0.0, 0.0, w.toDouble(), h.toDouble())

/** A square of `scale` times the short side; `place` 0 to 1 moves it along the long one. */
private fun square(w: Int, h: Int, scale: Double, place: Double): View {
    val side = minOf(w, h) * scale
    val x = (w - side) * (if (w >= h) place else 0.5)
    val y = (h - side) * (if (w >= h) 0.5 else place)
    return View(x, y, x + side, y + side)
}

private fun bothWays(vararg views: View) = views.flatMap { listOf(it, it.copy(mirrored = true)) }

private class Filter(val support: Double, val weight: (Double) -> Double)

private fun filterOf(name: String) = when (name) {
    "box" -> Filter(0.5) { t -> if (t > -0.5 && t <= 0.5) 1.0 else 0.0 }
    "bilinear" -> Filter(1.0) { t -> maxOf(0.0, 1 - abs(t)) }
    "bicubic" -> Filter(2.0) { t -> cubic(abs(t)) }
    "lanczos" -> Filter(3.0) { t -> if (t >= -3 && t < 3) sinc(t) * sinc(t / 3) else 0.0 }
    else -> throw IllegalArgumentException("The resize rule $name is newer than this program.")
}

private fun cubic(t: Double): Double {
    val a = -0.5
    if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1
    return if (t < 2) (((t - 5) * t + 8) * t - 4) * a else 0.0
}

private fun sinc(t: Double) = if (t == 0.0) 1.0 else sin(t * PI) / (t * PI)

/** A view of the picture as a square, each axis on its own: first along the rows, then along the columns. */
private fun squashed(pixels: Pixels, view: View, size: Int, filter: Filter): ByteArray {
    if (pixels.height > MOST_ROWS) {
        val low = alongColumns(pixels, size, filter, view.top, view.bottom)
        return alongRows(low, size, filter, view.left, view.right).data
    }
    val narrow = alongRows(pixels, size, filter, view.left, view.right)
    return alongColumns(narrow, size, filter, view.top, view.bottom).data
}

/** For each output pixel the first input pixel, and the weights of it and those that follow. */
private class Taps(val first: IntArray, val weights: List<IntArray>)

/** Null where the axis needs no change. */
private fun taps(length: Int, size: Int, filter: Filter, from: Double, to: Double): Taps? {
    val (b0, b1) = from.toFloat() to to.toFloat()
    if (b0 == 0f && b1 == length.toFloat() && length == size) return null
    val scale = (b1 - b0).toDouble() / size
    val wide = maxOf(scale, 1.0)
    val reach = filter.support * wide
    val first = IntArray(size)
    val weights = List(size) { x ->
        val centre = b0 + (x + 0.5) * scale
        first[x] = maxOf(0, (centre - reach + 0.5).toInt())
        val end = minOf(length, (centre + reach + 0.5).toInt())
        val exact = DoubleArray(end - first[x]) { i ->
            filter.weight((i + first[x] - centre + 0.5) * (1 / wide))
        }
        val sum = exact.sum().let { if (it == 0.0) 1.0 else it }
        IntArray(exact.size) { i ->
            val share = exact[i] / sum * (1 shl WEIGHT_BITS)
            (if (share < 0) share - 0.5 else share + 0.5).toInt()
        }
    }
    return Taps(first, weights)
}

private fun alongRows(pixels: Pixels, size: Int, filter: Filter, from: Double, to: Double): Pixels {
    val taps = taps(pixels.width, size, filter, from, to) ?: return pixels
    val out = ByteArray(size * pixels.height * 3)
    for (y in 0 until pixels.height) for (x in 0 until size) {
        val at = (y * pixels.width + taps.first[x]) * 3
        add(pixels.data, at, 3, taps.weights[x], out, (y * size + x) * 3)
    }
    return Pixels(size, pixels.height, out)
}

private fun alongColumns(pixels: Pixels, size: Int, filter: Filter, from: Double, to: Double): Pixels {
    val taps = taps(pixels.height, size, filter, from, to) ?: return pixels
    val width = pixels.width
    val out = ByteArray(width * size * 3)
    for (y in 0 until size) for (x in 0 until width) {
        val at = (taps.first[y] * width + x) * 3
        add(pixels.data, at, width * 3, taps.weights[y], out, (y * width + x) * 3)
    }
    return Pixels(width, size, out)
}

/** The weighted sum of pixels that stand `step` bytes apart, rounded and clipped. */
private fun add(data: ByteArray, from: Int, step: Int, weights: IntArray, out: ByteArray, to: Int) {
    for (c in 0..2) {
        var sum = 1L shl (WEIGHT_BITS - 1)
        var at = from + c
        for (weight in weights) {
            sum += (data[at].toInt() and 255).toLong() * weight
            at += step
        }
        out[to + c] = (sum shr WEIGHT_BITS).coerceIn(0, 255).toByte()
    }
}
