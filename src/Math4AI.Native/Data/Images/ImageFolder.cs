using SkiaSharp;

namespace Math4AI.Data.Images;

/// <summary>A folder of images: which files it has, of which classes, and what they have in common.</summary>
internal static class ImageFolder
{
    private const int MaxSide = 4096;

    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    private static readonly string[] OtherEndings =
        [".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".psd", ".svg", ".pgm", ".ppm", ".tga", ".exr", ".dcm"];

    private static readonly string[] Training = ["train", "training"];
    private static readonly string[] Testing = ["test", "testing", "val", "valid", "validation"];

    /// <summary>Whether a file is called as an image that can be read.</summary>
    public static bool IsImage(string path) => HasEnding(path, Endings);

    /// <summary>
    /// The folders of the parts, if a folder has train/ and test/ or val/; the test part's may be null.
    /// </summary>
    public static (string Train, string? Test)? PartsOf(string folder)
    {
        string[] names = [.. Folders(folder).Select(path => Path.GetFileName(path))];
        string? Named(string[] parts) => parts.Select(part => names.FirstOrDefault(
            name => name.Equals(part, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(name => name is not null);
        bool areParts = names.All(name => Training.Concat(Testing).Contains(name, StringComparer.OrdinalIgnoreCase));
        return areParts && Named(Training) is { } train
            ? (Path.Combine(folder, train), Named(Testing) is { } test ? Path.Combine(folder, test) : null)
            : null;
    }

    /// <summary>The classes of a folder: its folders that hold images, of any format.</summary>
    public static string[] Classes(string folder) => [.. Folders(folder).Where(path => Files(path).Any())
        .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The images of a folder and of the folders in it, hidden ones passed over, in order; those of formats that cannot
    /// be read too.
    /// </summary>
    public static IEnumerable<string> Files(string folder)
    {
        foreach (string path in Directory.GetFiles(folder).Where(path => !IsHidden(path)
            && (IsImage(path) || HasEnding(path, OtherEndings))).Order(StringComparer.Ordinal))
        {
            yield return path;
        }

        foreach (string path in Folders(folder).Order(StringComparer.Ordinal).SelectMany(Files))
        {
            yield return path;
        }
    }

    /// <summary>The size that most images have, and whether all of them are gray.</summary>
    /// <param name="paths">The images.</param>
    /// <param name="classes">Their classes.</param>
    /// <param name="warnings">Told where they have several sizes.</param>
    public static ImageShape ShapeOf(IReadOnlyList<string> paths, IReadOnlyList<string> classes, List<string> warnings)
    {
        bool isGray = true;
        var sizes = new Dictionary<(int Height, int Width), int>();
        foreach (string path in paths)
        {
            using SKBitmap image = Decode(path);
            sizes[(image.Height, image.Width)] = sizes.GetValueOrDefault((image.Height, image.Width)) + 1;
            isGray = isGray
                && image.Pixels.All(pixel => pixel.Red == pixel.Green && pixel.Green == pixel.Blue);
        }

        (int height, int width) = sizes.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Height)
            .ThenBy(pair => pair.Key.Width).First().Key;
        if (sizes.Count > 1)
        {
            warnings.Add($"{paths.Count} images have {sizes.Count} sizes; all are scaled to the most frequent one, "
                + $"{width} × {height} pixels.");
        }

        return new ImageShape(isGray ? 1 : 3, height, width, classes, 1.0);
    }

    /// <summary>Whether a file holds an image that can be read to its end.</summary>
    public static bool IsSound(string path)
    {
        try
        {
            using SKBitmap image = Decode(path);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes an image as channels × height × width values from 0 to 1, scaled to a size; returns whether it had
    /// another.
    /// </summary>
    public static bool Decode(string path, ImageShape shape, Span<float> pixels)
    {
        using SKBitmap image = Decode(path);
        using SKBitmap? resized = image.Width == shape.Width && image.Height == shape.Height
            ? null
            : image.Resize(
                new SKImageInfo(shape.Width, shape.Height), new SKSamplingOptions(SKCubicResampler.Mitchell));
        SKColor[] colors = (resized ?? image).Pixels;
        int plane = shape.Height * shape.Width;
        for (int i = 0; i < plane; i++)
        {
            SKColor color = colors[i];
            if (shape.Channels == 1)
            {
                // Luma of ITU-R BT.601.
                pixels[i] = (0.299f * color.Red + 0.587f * color.Green + 0.114f * color.Blue) / 255.0f;
                continue;
            }

            (pixels[i], pixels[plane + i], pixels[2 * plane + i]) =
                (color.Red / 255.0f, color.Green / 255.0f, color.Blue / 255.0f);
        }

        return resized is not null;
    }

    /// <summary>Decodes an image as a camera held it, unless its header announces more pixels than fit.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or no image.</exception>
    public static SKBitmap Decode(string path)
    {
        using SKCodec codec =
            SKCodec.Create(path) ?? throw new InvalidDataException(
                $"{path} is not an image in a known format: remove it, or leave such out with --bad-images skip.");
        if (codec.Info.Width is < 1 or > MaxSide || codec.Info.Height is < 1 or > MaxSide)
        {
            throw new InvalidDataException(
                $"{path} has {codec.Info.Width} × {codec.Info.Height} pixels; the limit is {MaxSide} on each side.");
        }

        // The colors under transparent pixels are invisible, and so are not learned from.
        SKAlphaType alpha = codec.Info.AlphaType == SKAlphaType.Unpremul ? SKAlphaType.Premul : codec.Info.AlphaType;
        var image = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, alpha));
        if (codec.GetPixels(image.Info, image.GetPixels()) is var result && result != SKCodecResult.Success)
        {
            image.Dispose();
            throw new InvalidDataException(
                $"{path} is damaged or truncated ({result}): remove it, or leave such out with --bad-images skip.");
        }

        return codec.EncodedOrigin == SKEncodedOrigin.TopLeft ? image : Turned(image, codec.EncodedOrigin);
    }

    /// <summary>
    /// Says how many images are of one color but for what is transparent: black ink on a ground that is not painted
    /// counts as black throughout.
    /// </summary>
    public static IEnumerable<string> OfBlank(string[] paths, ImageShape shape, float[] pixels)
    {
        int plane = shape.Height * shape.Width;
        bool IsEven(int part) => !pixels.AsSpan(part * plane, plane).ContainsAnyExcept(pixels[part * plane]);
        string[] blank = [.. paths.Where((path, i) =>
            Enumerable.Range(i * shape.Channels, shape.Channels).All(IsEven) && IsTransparent(path))];
        if (blank.Length > 0)
        {
            yield return $"{blank.Length} of {paths.Length} images are of one color but for what is transparent, such "
                + $"as {blank[0]}, and transparent counts as black: nothing can be learned from them; put them on a "
                + "white ground.";
        }
    }

    private static bool IsTransparent(string path)
    {
        using var codec = SKCodec.Create(path);
        return codec is not null && codec.Info.AlphaType != SKAlphaType.Opaque;
    }

    /// <summary>Turns an image as the tag of its file says. Source: Exif 2.3, tag 274.</summary>
    private static SKBitmap Turned(SKBitmap image, SKEncodedOrigin origin)
    {
        using SKBitmap given = image;
        (int width, int height) = (given.Width, given.Height);
        bool isSideways = origin >= SKEncodedOrigin.LeftTop;
        var turned = new SKBitmap(given.Info.WithSize(isSideways ? height : width, isSideways ? width : height));
        SKColor[] from = given.Pixels, to = new SKColor[from.Length];
        for (int i = 0; i < to.Length; i++)
        {
            (int y, int x) = Math.DivRem(i, turned.Width);
            (int column, int row) = origin switch
            {
                SKEncodedOrigin.TopRight => (width - 1 - x, y),
                SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
                SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
                SKEncodedOrigin.LeftTop => (y, x),
                SKEncodedOrigin.RightTop => (y, height - 1 - x),
                SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
                SKEncodedOrigin.LeftBottom => (width - 1 - y, x),
                _ => (x, y),
            };
            to[i] = from[row * width + column];
        }

        turned.Pixels = to;
        return turned;
    }

    private static IEnumerable<string> Folders(string folder) =>
        Directory.GetDirectories(folder).Where(path => !IsHidden(path) && Path.GetFileName(path) != "__MACOSX");

    private static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');

    private static bool HasEnding(string path, string[] endings) =>
        endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
