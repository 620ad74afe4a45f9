/// A tenfold model file in an iOS app: ONNX Runtime runs it, ImageIO decodes the pictures.
///
/// Package.swift: .package(url: "https://github.com/microsoft/onnxruntime-swift-package-manager", from: "1.20.0")
/// The model file, for example from `tenfold export cifar10 --to onnx-int8`, is one of the app's resources:
///
///     let classifier = try Classifier(Bundle.main.url(forResource: "cifar10-int8", withExtension: "onnx")!)
///     let answer = try classifier.classify(photo)
///     text = answer.known ? answer.label : "none of these"
import CoreGraphics
import Foundation
import ImageIO
import OnnxRuntimeBindings

struct NoPicture: Error {}

final class Classifier {
    private let facts: Facts
    private let session: ORTSession

    init(_ model: URL) throws {
        facts = try factsOf(Data(contentsOf: model, options: .mappedIfSafe))
        let environment = try ORTEnv(loggingLevel: .warning)
        session = try ORTSession(env: environment, modelPath: model.path, sessionOptions: ORTSessionOptions())
    }

    /// A picture file's bytes; not on the main thread.
    func classify(_ file: Data) throws -> Answer {
        let whole = try decode(file)
        let size = facts.inputSize
        let jpeg = file.starts(with: [0xFF, 0xD8, 0xFF])
        let pixels = jpeg ? reduce(whole, factor: factorOf(width: whole.width, height: whole.height, size: size)) : whole
        let views = try viewsOf(facts.views, pixels.width, pixels.height, size: size)
        let tensor = try cut(pixels, views: views, size: size, resize: facts.resize)
        let image = try ORTValue(
            tensorData: NSMutableData(data: Data(tensor)),
            elementType: .uInt8,
            shape: [views.count, size, size, 3].map { NSNumber(value: $0) }
        )
        let said = try session.run(
            withInputs: ["image": image], outputNames: ["probabilities", "novelty"], runOptions: nil)
        return answerOf(facts, probabilities: try floats(said["probabilities"]), novelty: try floats(said["novelty"]))
    }

    private func floats(_ value: ORTValue?) throws -> [Float] {
        guard let value else { throw NoPicture() }
        return (try value.tensorData() as Data).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}

/// Upright pixels. The thumbnail of the picture's own size is turned by its EXIF orientation; drawn into its own
/// colours, it is not converted by its profile, which the pixel rule leaves out.
private func decode(_ file: Data) throws -> Pixels {
    guard let source = CGImageSourceCreateWithData(file as CFData, nil),
        let facts = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [CFString: Any],
        let columns = facts[kCGImagePropertyPixelWidth] as? Int,
        let rows = facts[kCGImagePropertyPixelHeight] as? Int
    else { throw NoPicture() }
    let options: [CFString: Any] = [
        kCGImageSourceCreateThumbnailFromImageAlways: true,
        kCGImageSourceCreateThumbnailWithTransform: true,
        kCGImageSourceThumbnailMaxPixelSize: max(columns, rows),
    ]
    guard let image = CGImageSourceCreateThumbnailAtIndex(source, 0, options as CFDictionary) else { throw NoPicture() }
    let (width, height) = (image.width, image.height)
    let own = image.colorSpace.flatMap { $0.model == .rgb ? $0 : nil } ?? CGColorSpaceCreateDeviceRGB()
    // Core Graphics only draws into premultiplied pixels, so it lays the picture over white itself.
    guard
        let context = CGContext(
            data: nil, width: width, height: height, bitsPerComponent: 8, bytesPerRow: width * 4, space: own,
            bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue),
        let memory = context.data
    else { throw NoPicture() }
    let everything = CGRect(x: 0, y: 0, width: width, height: height)
    context.setFillColor(red: 1, green: 1, blue: 1, alpha: 1)
    context.fill(everything)
    context.draw(image, in: everything)
    let rgba = UnsafeRawBufferPointer(start: memory, count: width * height * 4)
    let data = (0..<(width * height * 3)).map { rgba[$0 / 3 * 4 + $0 % 3] }
    return Pixels(width: width, height: height, data: data)
}
