/// Runs the pixel rule over its test vectors: `vectors FOLDER MODEL`. Plain Swift, on any machine; not part of an app.
/// FOLDER has vectors.json and its files, unpacked (`gunzip -k *.gz`); MODEL is a model file, whose facts are read.
/// Of pictures the decoded pixels are taken from the vectors, since ImageIO is only on Apple's machines.
import Foundation

struct Vectors: Decodable {
    struct Case: Decodable {
        let picture: String
        let size: Int
        let resize: String
        let views: String
        let picture_size: [Int]
        let decoded_size: [Int]
        let decoded: String
        let tensor: String
    }

    let cases: [Case]
}

let folder = URL(fileURLWithPath: CommandLine.arguments[1])

func unpacked(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name.replacingOccurrences(of: ".gz", with: ""))))
}

func wrong(_ given: Vectors.Case) throws -> [String] {
    var wrong: [String] = []
    let (width, height) = (given.decoded_size[0], given.decoded_size[1])
    let decoded = Pixels(width: width, height: height, data: try unpacked(given.decoded))
    let views = try viewsOf(given.views, width, height, size: given.size)
    if try cut(decoded, views: views, size: given.size, resize: given.resize) != unpacked(given.tensor) {
        wrong.append("the tensor is another")
    }
    let (columns, rows) = (given.picture_size[0], given.picture_size[1])
    let factor = given.picture.hasSuffix(".png") ? 1 : factorOf(width: columns, height: rows, size: given.size)
    let plain = Pixels(width: columns, height: rows, data: [UInt8](repeating: 7, count: columns * rows * 3))
    let small = reduce(plain, factor: factor)
    if small.width != width || small.height != height || small.data.contains(where: { $0 != 7 }) {
        wrong.append("reduced by \(factor)")
    }
    return wrong
}

let listed = try JSONDecoder().decode(
    Vectors.self, from: Data(contentsOf: folder.appendingPathComponent("vectors.json")))
let failures = try listed.cases.flatMap { given in try wrong(given).map { "\(given.tensor): \($0)" } }
failures.forEach { print($0) }

let facts = try factsOf(Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2])))
print("\(facts.classes.map(\.label).joined(separator: ",")) \(facts.inputSize) \(facts.resize) \(facts.views)")
let two = Facts(
    classes: [.init(label: "cat"), .init(label: "dog")], inputSize: 32, resize: "bilinear", views: "six", threshold: 0.5)
let said = answerOf(two, probabilities: [0.9, 0.1, 0.2, 0.8], novelty: [0.25, 0.5])
precondition(said.label == "cat" && abs(said.confidence - 0.55) < 1e-6 && said.known && said.novelty == 0.375)
precondition(!answerOf(two, probabilities: [0.5, 0.5], novelty: [0.75]).known)
print("\(listed.cases.count - failures.count) of \(listed.cases.count) vectors")
exit(failures.isEmpty && !listed.cases.isEmpty ? 0 : 1)
