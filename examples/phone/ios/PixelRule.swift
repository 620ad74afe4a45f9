/// tenfold's pixel rule in plain Swift: decoded pixels to what the network takes, to the bit.
/// docs/explanation/model-file.md has the rule in words. Knows nothing of UIKit, files or models.
import Foundation

/// 8-bit RGB pixels, row by row.
struct Pixels {
    let width: Int
    let height: Int
    var data: [UInt8]
}

/// A part of a picture, in pixels; mirrored or not.
struct View {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
    var mirrored = false
}

struct NewerRule: Error {
    let rule: String
}

private let leastNeeded = 256
private let neededPerInput = 2
private let weightBits = 22
private let mostRows = 65_535

/// How many pixels of a side of a JPEG become one, for a network that takes `size`: 1, 2, 4 or 8.
func factorOf(width: Int, height: Int, size: Int) -> Int {
    let needed = max(leastNeeded, neededPerInput * size)
    let enough = max(1, min(width / needed, height / needed))
    func asked(_ side: Int) -> Int { side / max(1, side / enough) }
    return [8, 4, 2].first { $0 <= min(asked(width), asked(height)) } ?? 1
}

/// Each pixel is the mean of a square of `factor` pixels a side; those at the edge may be of fewer.
func reduce(_ pixels: Pixels, factor: Int) -> Pixels {
    if factor == 1 { return pixels }
    let width = (pixels.width + factor - 1) / factor
    let height = (pixels.height + factor - 1) / factor
    var data = [UInt8](repeating: 0, count: width * height * 3)
    for y in 0..<height {
        let rows = (y * factor)..<min(pixels.height, (y + 1) * factor)
        for x in 0..<width {
            let columns = (x * factor)..<min(pixels.width, (x + 1) * factor)
            let count = rows.count * columns.count
            for c in 0..<3 {
                var sum = count / 2
                for row in rows {
                    for column in columns { sum += Int(pixels.data[(row * pixels.width + column) * 3 + c]) }
                }
                data[(y * width + x) * 3 + c] = UInt8(sum / count)
            }
        }
    }
    return Pixels(width: width, height: height, data: data)
}

/// The views of a picture by the rule that the model file names; one where it has the network's own size.
func viewsOf(_ rule: String, _ w: Int, _ h: Int, size: Int) throws -> [View] {
    if w == size && h == size { return [whole(w, h)] }
    switch rule {
    case "whole": return [whole(w, h)]
    case "centre": return [square(w, h, 1.0, 0.5)]
    case "mirrored-pair": return bothWays(whole(w, h))
    case "five":
        return [
            whole(w, h), square(w, h, 1.0, 0.5), square(w, h, 1.0, 0.0), square(w, h, 1.0, 1.0), square(w, h, 0.75, 0.5),
        ]
    case "six": return bothWays(whole(w, h), square(w, h, 1.0, 0.5), square(w, h, 0.8, 0.5))
    case "six-wide":
        return bothWays(whole(w, h), square(w, h, 1.0, 0.5)) + [square(w, h, 1.0, 0.0), square(w, h, 1.0, 1.0)]
    default: throw NewerRule(rule: rule)
    }
}

/// What the network takes: uint8 `[views, size, size, 3]`.
func cut(_ pixels: Pixels, views: [View], size: Int, resize: String) throws -> [UInt8] {
    let filter = try filterOf(resize)
    var tensor: [UInt8] = []
    for view in views {
        let square = squashed(pixels, view, size, filter)
        for y in 0..<size {
            for x in 0..<size {
                let from = (y * size + (view.mirrored ? size - 1 - x : x)) * 3
                tensor += square[from..<(from + 3)]
            }
        }
    }
    return tensor
}

private func whole(_ w: Int, _ h: Int) -> View {
    View(left: 0, top: 0, right: Double(w), bottom: Double(h))
}

/// A square of `scale` times the short side; `place` 0 to 1 moves it along the long one.
private func square(_ w: Int, _ h: Int, _ scale: Double, _ place: Double) -> View {
    let side = Double(min(w, h)) * scale
    let x = (Double(w) - side) * (w >= h ? place : 0.5)
    let y = (Double(h) - side) * (w >= h ? 0.5 : place)
    return View(left: x, top: y, right: x + side, bottom: y + side)
}

private func bothWays(_ views: View...) -> [View] {
    views.flatMap { view -> [View] in
        var mirrored = view
        mirrored.mirrored = true
        return [view, mirrored]
    }
}

private struct Filter {
    let support: Double
    let weight: (Double) -> Double
}

private func filterOf(_ name: String) throws -> Filter {
    switch name {
    case "box": return Filter(support: 0.5) { t in t > -0.5 && t <= 0.5 ? 1 : 0 }
    case "bilinear": return Filter(support: 1.0) { t in max(0, 1 - abs(t)) }
    case "bicubic": return Filter(support: 2.0) { t in cubic(abs(t)) }
    case "lanczos": return Filter(support: 3.0) { t in t >= -3 && t < 3 ? sinc(t) * sinc(t / 3) : 0 }
    default: throw NewerRule(rule: name)
    }
}

private func cubic(_ t: Double) -> Double {
    let a = -0.5
    if t < 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0
}

private func sinc(_ t: Double) -> Double {
    t == 0 ? 1 : sin(t * Double.pi) / (t * Double.pi)
}

/// A view of the picture as a square, each axis on its own: first along the rows, then along the columns.
private func squashed(_ pixels: Pixels, _ view: View, _ size: Int, _ filter: Filter) -> [UInt8] {
    if pixels.height > mostRows {
        let low = alongColumns(pixels, size, filter, view.top, view.bottom)
        return alongRows(low, size, filter, view.left, view.right).data
    }
    let narrow = alongRows(pixels, size, filter, view.left, view.right)
    return alongColumns(narrow, size, filter, view.top, view.bottom).data
}

/// For an output pixel the first input pixel, and the weights of it and those that follow.
private struct Taps {
    let first: Int
    let weights: [Int]
}

/// Nil where the axis needs no change.
private func taps(_ length: Int, _ size: Int, _ filter: Filter, _ from: Double, _ to: Double) -> [Taps]? {
    let (b0, b1) = (Float(from), Float(to))
    if b0 == 0 && b1 == Float(length) && length == size { return nil }
    let scale = Double(b1 - b0) / Double(size)
    let wide = max(scale, 1)
    let reach = filter.support * wide
    return (0..<size).map { x in
        let centre = Double(b0) + (Double(x) + 0.5) * scale
        let first = max(0, Int(centre - reach + 0.5))
        let end = min(length, Int(centre + reach + 0.5))
        let exact = (first..<end).map { filter.weight((Double($0) - centre + 0.5) * (1 / wide)) }
        let sum = exact.reduce(0, +)
        let weights = exact.map { weight -> Int in
            let share = weight / (sum == 0 ? 1 : sum) * Double(1 << weightBits)
            return Int(share < 0 ? share - 0.5 : share + 0.5)
        }
        return Taps(first: first, weights: weights)
    }
}

private func alongRows(_ pixels: Pixels, _ size: Int, _ filter: Filter, _ from: Double, _ to: Double) -> Pixels {
    guard let taps = taps(pixels.width, size, filter, from, to) else { return pixels }
    var out = [UInt8](repeating: 0, count: size * pixels.height * 3)
    for y in 0..<pixels.height {
        for x in 0..<size {
            let at = (y * pixels.width + taps[x].first) * 3
            add(pixels.data, at, 3, taps[x].weights, &out, (y * size + x) * 3)
        }
    }
    return Pixels(width: size, height: pixels.height, data: out)
}

private func alongColumns(_ pixels: Pixels, _ size: Int, _ filter: Filter, _ from: Double, _ to: Double) -> Pixels {
    guard let taps = taps(pixels.height, size, filter, from, to) else { return pixels }
    let width = pixels.width
    var out = [UInt8](repeating: 0, count: width * size * 3)
    for y in 0..<size {
        for x in 0..<width {
            let at = (taps[y].first * width + x) * 3
            add(pixels.data, at, width * 3, taps[y].weights, &out, (y * width + x) * 3)
        }
    }
    return Pixels(width: width, height: size, data: out)
}

/// The weighted sum of pixels that stand `step` bytes apart, rounded and clipped.
private func add(_ data: [UInt8], _ from: Int, _ step: Int, _ weights: [Int], _ out: inout [UInt8], _ to: Int) {
    for c in 0..<3 {
        var sum = 1 << (weightBits - 1)
        var at = from + c
        for weight in weights {
            sum += Int(data[at]) * weight
            at += step
        }
        out[to + c] = UInt8(min(255, max(0, sum >> weightBits)))
    }
}
