using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Math4AI.Data.Tables;

namespace Math4AI.Data.Images;

/// <summary>
/// Images of one size with a class each: from a folder with a subfolder for each class, from files of the MNIST
/// family's format, or from the columns of a table.
/// </summary>
public sealed class ImageSet
{
    private const int MaxImages = 10_000_000;
    private const int MaxSide = 4096;

    /// <summary>The values of a set at most, 4 GiB of float32; none takes more than half of the memory.</summary>
    private const long MaxValues = 1L << 30;

    private ImageSet(
        int channels, int height, int width, float[] pixels, int[] labels, string[] classes, string[] names) =>
        (Channels, Height, Width, Pixels, Labels, Classes, Names) =
            (channels, height, width, pixels, labels, classes, names);

    /// <summary>Gets the number of channels: 1 for grey, 3 for colors.</summary>
    public int Channels { get; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; }

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; }

    /// <summary>Gets the pixels, images × channels × height × width, from 0 to 1.</summary>
    public float[] Pixels { get; }

    /// <summary>
    /// Gets the class of each image, by its place in <see cref="Classes"/>; −1 where it is not known.
    /// </summary>
    public int[] Labels { get; }

    /// <summary>Gets the names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets the name of each image: its file, or its row.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Creates a set of images from their pixels.</summary>
    /// <param name="channels">1 for grey, 3 for colors.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="pixels">Images × channels × height × width, from 0 to 1.</param>
    /// <param name="labels">
    /// The class of each image, by its place in <paramref name="classes"/>; null where none is known.
    /// </param>
    /// <param name="classes">The names of the classes; null for none.</param>
    /// <exception cref="ArgumentException">The numbers do not belong together, or a pixel is not finite.</exception>
    public static ImageSet Of(
        int channels, int height, int width, float[] pixels, IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        bool isImage = channels is 1 or 3 && height is >= 1 and <= MaxSide && width is >= 1 and <= MaxSide;
        int size = isImage ? channels * height * width : 0;
        if (!isImage || pixels.Length == 0 || pixels.Length % size != 0 || !Array.TrueForAll(pixels, float.IsFinite))
        {
            throw new ArgumentException(
                $"{pixels.Length} finite pixels are needed in whole images of 1 or 3 channels, and {channels} × "
                + $"{height} × {width} were given.", nameof(pixels));
        }

        int count = pixels.Length / size, known = classes?.Count ?? 0;
        return labels is null || (labels.Count == count && labels.All(label => label >= -1 && label < known))
            ? new ImageSet(
                channels, height, width, pixels, labels is null ? [.. Enumerable.Repeat(-1, count)] : [.. labels],
                [.. classes ?? []],
                [.. Enumerable.Range(1, count).Select(i => $"image {i.ToString(CultureInfo.InvariantCulture)}")])
            : throw new ArgumentException(
                $"A class from 0 to {known - 1} is needed for each of {count} images, or −1.", nameof(labels));
    }

    /// <summary>
    /// Reads images from a folder, or from an IDX file of images with its file of labels next to it.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="like">Images of a model: of the same size and classes; null for those of the data.</param>
    /// <param name="skipsBad">Whether damaged images are left out and counted; otherwise they are refused.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the images do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageSet Read(string path, ImageShape? like = null, bool skipsBad = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? ReadFolder(path, like, skipsBad)
            : ImageFolder.IsImage(path)
                ? ReadFiles(
                    Path.GetDirectoryName(Path.GetFullPath(path))!, [(Path.GetFullPath(path), -1)], like,
                    [.. like?.Classes ?? []], skipsBad)
                : ReadIdx(path, like);
    }

    /// <summary>
    /// Reads the images to learn from and those to test on, if a folder has <c>train/</c> and <c>test/</c> or
    /// <c>val/</c>; otherwise all images, and no test part.
    /// </summary>
    /// <param name="path">The folder, or an IDX file.</param>
    /// <param name="skipsBad">Whether damaged images are left out and counted; otherwise they are refused.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the images do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static (ImageSet Images, ImageSet? Test) ReadParts(string path, bool skipsBad = false)
    {
        if (!Directory.Exists(path) || ImageFolder.PartsOf(path) is not { } parts)
        {
            return (Read(path, null, skipsBad), null);
        }

        ImageSet images = Read(parts.Train, null, skipsBad);
        return (images, parts.Test is null ? null : Read(
            parts.Test, new ImageShape(images.Channels, images.Height, images.Width, images.Classes, 1.0), skipsBad));
    }

    /// <summary>Tells whether a path holds images: a folder, an image, or an IDX file.</summary>
    /// <param name="path">The path.</param>
    public static bool HasImages(string path) =>
        Directory.Exists(path) || (File.Exists(path) && ImageFolder.IsImage(path)) || IsIdx(path);

    /// <summary>Tells whether a file has the format of the MNIST family (IDX), by its first bytes.</summary>
    /// <param name="path">The file.</param>
    public static bool IsIdx(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using Stream file = Open(path);
        Span<byte> head = stackalloc byte[4];
        return file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head[0] == 0 && head[1] == 0 && head[2] == 8
            && head[3] is 1 or 3;
    }

    /// <summary>Reads images for a model from a folder, an image, an IDX file, or a table of pixels.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="like">The size and the classes of the model's images.</param>
    /// <param name="target">The column of a table that is no pixel.</param>
    /// <param name="skipsBad">Whether damaged images are left out and counted; otherwise they are refused.</param>
    internal static ImageSet ReadLike(string path, ImageShape like, string target, bool skipsBad = false) =>
        HasImages(path) ? Read(path, like, skipsBad) : FromTable(Table.Read(path), target, like);

    /// <summary>Makes images from the columns of a table, row by row, scaled so that the largest is 1.</summary>
    /// <param name="table">One image a row: as many columns as pixels, beside the target.</param>
    /// <param name="target">The column of the class.</param>
    /// <param name="like">Images of a model; null to take a square, and the scale, from the data.</param>
    /// <exception cref="ArgumentException">The columns are no numbers, or make no square.</exception>
    public static ImageSet FromTable(Table table, string target, ImageShape? like = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] columns = [.. table.Names.Where(name => name != target)];
        int side = (int)Math.Round(Math.Sqrt(columns.Length));
        (int height, int width) = like is null ? (side, side) : (like.Height, like.Width);
        if (columns.Length != height * width)
        {
            throw new ArgumentException(
                $"The table has {columns.Length} columns besides '{target}'. They are the pixels of an image, so "
                + $"their number must be {(like is null ? "a square" : $"{height} × {width}")}.");
        }

        double[][] values = [.. columns.Select(name => table.IsNumeric(name) && !table.Numbers(name).Any(double.IsNaN)
            ? table.Numbers(name)
            : throw new ArgumentException($"The column '{name}' is not a pixel: it holds text, or lacks a value."))];
        double largest = like?.Largest ?? Math.Max(1e-30, values.Max(column => column.Max(Math.Abs)));
        float[] pixels = new float[checked(table.Rows * columns.Length)];
        for (int row = 0; row < table.Rows; row++)
        {
            for (int column = 0; column < columns.Length; column++)
            {
                pixels[row * columns.Length + column] = (float)(values[column][row] / largest);
            }
        }

        string?[] texts = table.Names.Contains(target) ? [.. table.Texts(target)] : new string?[table.Rows];
        string[] classes = like is null
            ? [.. texts.OfType<string>().Distinct().Order(StringComparer.Ordinal)]
            : [.. like.Classes];
        return new ImageSet(
            1, height, width, pixels, [.. texts.Select(text => Array.IndexOf(classes, text))], classes,
            [.. Enumerable.Range(1, table.Rows).Select(row => $"row {row.ToString(CultureInfo.InvariantCulture)}")])
        {
            Largest = largest,
        };
    }

    /// <summary>Gets what to know of the files, a sentence each: those that were left out, and several sizes.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Gets the value in the file that is 1 in <see cref="Pixels"/>.</summary>
    public double Largest { get; private init; } = 1.0;

    /// <summary>Selects some of the images.</summary>
    /// <param name="rows">The indices of the images, from 0.</param>
    public ImageSet Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int size = Channels * Height * Width;
        float[] pixels = new float[rows.Count * size];
        for (int i = 0; i < rows.Count; i++)
        {
            Pixels.AsSpan(rows[i] * size, size).CopyTo(pixels.AsSpan(i * size));
        }

        return new ImageSet(
            Channels, Height, Width, pixels, [.. rows.Select(row => Labels[row])], [.. Classes],
            [.. rows.Select(row => Names[row])])
        {
            Largest = Largest,
        };
    }

    private static ImageSet ReadFolder(string folder, ImageShape? like, bool skipsBad)
    {
        string[] found = ImageFolder.Classes(folder);
        string[] classes = like is null ? found : [.. like.Classes];
        (string Path, int Label)[] files = found.Length > 0
            ? [.. found.SelectMany(name => ImageFolder.Files(Path.Combine(folder, name))
                .Select(path => (path, Array.IndexOf(classes, name))))]
            : [.. ImageFolder.Files(folder).Select(path => (path, -1))];
        if (files.Length == 0)
        {
            throw new InvalidDataException($"{folder} contains neither images nor folders of images.");
        }

        return ReadFiles(folder, files, like, classes, skipsBad);
    }

    private static ImageSet ReadFiles(
        string folder, (string Path, int Label)[] files, ImageShape? like, string[] classes, bool skipsBad)
    {
        var warnings = new List<string>();
        files = Readable(folder, files, skipsBad, warnings);
        ImageShape shape = like ?? ImageFolder.ShapeOf([.. files.Select(file => file.Path)], classes, warnings);
        int size = shape.Channels * shape.Height * shape.Width;
        RequireRoom(folder, files.Length, shape.Channels, shape.Height, shape.Width);
        float[] pixels = new float[size * files.Length];
        int scaled = 0;
        for (int i = 0; i < files.Length; i++)
        {
            scaled += ImageFolder.Decode(files[i].Path, shape, pixels.AsSpan(i * size, size)) ? 1 : 0;
        }

        if (like is not null && scaled > 0)
        {
            warnings.Add($"{scaled} of {files.Length} images had another size than the {shape.Width} × {shape.Height} "
                + "pixels of those in training, and were scaled.");
        }

        warnings.AddRange(ImageFolder.OfBlank([.. files.Select(file => file.Path)], shape, pixels));
        return new ImageSet(
            shape.Channels, shape.Height, shape.Width, pixels, [.. files.Select(file => file.Label)], classes,
            [.. files.Select(file => Path.GetRelativePath(folder, file.Path))])
        {
            Warnings = warnings,
        };
    }

    /// <summary>The files that can be read; others are counted aloud, damaged ones refused unless skipped.</summary>
    private static (string Path, int Label)[] Readable(
        string folder, (string Path, int Label)[] files, bool skipsBad, List<string> warnings)
    {
        (string Path, int Label)[] known = [.. files.Where(file => ImageFolder.IsImage(file.Path))];
        string[] formats = [.. files.Except(known).Select(file => Path.GetExtension(file.Path)).Distinct().Order()];
        if (formats.Length > 0)
        {
            string count = $"{files.Length - known.Length} of {files.Length} images in {folder} are "
                + $"{string.Join(", ", formats)}, which cannot be read";
            int[] lost = [.. files.Select(file => file.Label).Distinct().Except(known.Select(file => file.Label))];
            warnings.Add(lost.Length == 0
                ? $"{count}: they are left out."
                : throw new InvalidDataException($"{count}, and no others of a class remain: convert them to PNG."));
        }

        if (!skipsBad)
        {
            return known;
        }

        (string Path, int Label)[] sound = [.. known.Where(file => ImageFolder.IsSound(file.Path))];
        if (sound.Length < known.Length)
        {
            warnings.Add($"Damaged images that are left out: {known.Length - sound.Length} of {known.Length}, such as "
                + $"{known.Except(sound).First().Path}.");
        }

        return sound.Length > 0 ? sound : throw new InvalidDataException($"All images in {folder} are damaged.");
    }

    /// <summary>Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".</summary>
    private static ImageSet ReadIdx(string path, ImageShape? like)
    {
        (int[] shape, byte[] bytes) = ReadIdxFile(path, 3);
        string labelFile = Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(path))!,
            Path.GetFileName(path).Replace("images-idx3", "labels-idx1", StringComparison.Ordinal)
                .Replace("images.idx3", "labels.idx1", StringComparison.Ordinal));
        int[] labels = new int[shape[0]];
        Array.Fill(labels, -1);
        if (labelFile != Path.GetFullPath(path) && File.Exists(labelFile))
        {
            (int[] labelShape, byte[] classes) = ReadIdxFile(labelFile, 1);
            labels = labelShape[0] == shape[0]
                ? Array.ConvertAll(classes, value => (int)value)
                : throw new InvalidDataException($"{labelFile} has {labelShape[0]} labels for {shape[0]} images.");
        }

        if (like is not null && (like.Channels != 1 || like.Height != shape[1] || like.Width != shape[2]))
        {
            throw new InvalidDataException(
                $"{path} has images of {shape[1]} × {shape[2]} gray pixels; the model needs {like.Channels} channels "
                + $"of {like.Height} × {like.Width}.");
        }

        string[] names = [.. Enumerable.Range(0, labels.DefaultIfEmpty(-1).Max() + 1).Select(
            label => label.ToString(CultureInfo.InvariantCulture))];
        string[] wanted = like is null ? names : [.. like.Classes];
        float[] pixels = Array.ConvertAll(bytes, value => value / 255.0f);
        return new ImageSet(
            1, shape[1], shape[2], pixels,
            [.. labels.Select(label => label < 0 ? -1 : Array.IndexOf(wanted, names[label]))], wanted,
            [.. Enumerable.Range(1, shape[0]).Select(i => $"image {i.ToString(CultureInfo.InvariantCulture)}")]);
    }

    private static (int[] Shape, byte[] Bytes) ReadIdxFile(string path, int dimensions)
    {
        using Stream file = Open(path);
        Span<byte> head = stackalloc byte[4 + 4 * dimensions];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || head[0] != 0 || head[1] != 0
            || head[2] != 8 || head[3] != dimensions)
        {
            throw new InvalidDataException(
                $"{path} is not an IDX file of {(dimensions == 3 ? "images" : "labels")} in bytes.");
        }

        int[] shape = new int[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(head[(4 + 4 * i)..]);
            if (shape[i] < 1 || shape[i] > (i == 0 ? MaxImages : MaxSide))
            {
                throw new InvalidDataException(
                    $"{path} is damaged: its header claims {string.Join(" × ", shape[..(i + 1)])} values; the limits "
                    + $"are {MaxImages} images and {MaxSide} pixels on each side.");
            }
        }

        RequireRoom(path, shape[0], 1, dimensions > 1 ? shape[1] : 1, dimensions > 2 ? shape[2] : 1);
        long size = shape.Aggregate(1L, (product, length) => product * length);

        // Memory grows with the bytes that the file really has.
        using var bytes = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int count; bytes.Length <= size && (count = file.Read(piece)) > 0;)
        {
            bytes.Write(piece, 0, count);
        }

        return bytes.Length == size
            ? (shape, bytes.ToArray())
            : throw new InvalidDataException($"{path} is damaged: it should have {size} bytes after its header, and "
                + $"has {(bytes.Length < size ? "fewer" : "more")}.");
    }

    /// <summary>Refuses a set above the limit, or above half of the memory, before it is allocated.</summary>
    private static void RequireRoom(string path, int images, int channels, int height, int width)
    {
        long limit = Math.Min(MaxValues, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / sizeof(float));
        if ((long)channels * height * width * images > limit)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} holds {images} images of {channels} × {height} × {width} values, which would take "
                + $"{1e-9 * sizeof(float) * channels * height * width * images:0.#} GB; the limit on this machine is "
                + $"{1e-9 * sizeof(float) * limit:0.#} GB: use fewer or smaller images."));
        }
    }

    private static Stream Open(string path)
    {
        FileStream file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }
}
