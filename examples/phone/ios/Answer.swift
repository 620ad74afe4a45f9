/// What a model file says of itself, and the network's answers to the views of a picture as one answer. Plain Swift.
import Foundation

/// The facts at the beginning of a model file, as far as they are needed here.
struct Facts: Decodable {
    struct Class: Decodable {
        let label: String
    }

    let classes: [Class]
    let inputSize: Int
    let resize: String
    let views: String
    let threshold: Double

    enum CodingKeys: String, CodingKey {
        case classes, resize, views, threshold
        case inputSize = "input_size"
    }
}

struct NotAModelFile: Error {}

/// The first entry of the file: its tag, then the tags of name and value, each with its length before it.
func factsOf(_ model: Data) throws -> Facts {
    let bytes = [UInt8](model.prefix(1 << 20))
    var at = 0
    func open(_ tag: UInt8) throws -> Int {
        guard at < bytes.count, bytes[at] == tag else { throw NotAModelFile() }
        at += 1
        var (length, shift) = (0, 0)
        while at < bytes.count, shift < 32 {
            let byte = bytes[at]
            length |= Int(byte & 127) << shift
            at += 1
            shift += 7
            if byte < 128 { break }
        }
        guard at + length <= bytes.count else { throw NotAModelFile() }
        return length
    }
    _ = try open(0x72)
    let name = try open(0x0A)
    guard String(decoding: bytes[at..<(at + name)], as: UTF8.self) == "tenfold" else { throw NotAModelFile() }
    at += name
    let length = try open(0x12)
    return try JSONDecoder().decode(Facts.self, from: Data(bytes[at..<(at + length)]))
}

/// `known` false: "none of these"; `label` then is only the nearest class.
struct Answer {
    let label: String
    let confidence: Double
    let known: Bool
    let novelty: Double
}

/// `probabilities` `[views, classes]` and `novelty` `[views]`; the softmax is in the model file already.
func answerOf(_ facts: Facts, probabilities: [Float], novelty: [Float]) -> Answer {
    let count = facts.classes.count
    let sums = (0..<count).map { k in
        stride(from: k, to: probabilities.count, by: count).reduce(0.0) { $0 + Double(probabilities[$1]) }
    }
    let best = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    let strangeness = novelty.reduce(0.0) { $0 + Double($1) } / Double(novelty.count)
    return Answer(
        label: facts.classes[best].label,
        confidence: sums[best] / sums.reduce(0, +),
        known: strangeness <= facts.threshold,
        novelty: strangeness
    )
}
