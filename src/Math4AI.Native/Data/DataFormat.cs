using System.Collections.Immutable;
using Math4AI.Data.Arrays;
using Math4AI.Data.Recorders;
using Math4AI.Data.Tables;
using Math4AI.Interop;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data;

/// <summary>
/// A file format that holds numbers: how its files are known, and how they are read as a table, as samples and as a
/// matrix. Files are opened by what they hold, not by how they are called.
/// <see cref="Table.Read(string, TableOptions)"/>, <see cref="SampleFile.Open(string)"/> and
/// <see cref="MatrixFile.Read"/> take every format of this list, and <see cref="Register"/> adds one of your own.
/// </summary>
public abstract class DataFormat
{
    private const int StartLength = 512;

    // The first format that recognizes a file reads it. Any text may be a table, so text comes last.
    private static ImmutableArray<DataFormat> all =
    [
        new NpyFormat(),
        new NpzFormat(),
        new SafetensorsFormat(),
        new MatFormat(),
        new EdfFormat(),
        new TextFormat(),
    ];

    /// <summary>Gets the formats that can be read, in the order in which they are asked.</summary>
    public static IReadOnlyList<DataFormat> All => all;

    /// <summary>
    /// Gets the name of the format in messages, with the usual extension of its files: "NumPy array (.npy)".
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Gets whether its files have lines.</summary>
    internal virtual bool IsText => false;

    /// <summary>Adds a format, which is asked before those that are there.</summary>
    /// <param name="format">The format.</param>
    public static void Register(DataFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        ImmutableInterlocked.Update(ref all, (list, added) => list.Insert(0, added), format);
    }

    /// <summary>
    /// Finds the format of a file by its first bytes. A file that cannot be read twice, such as a pipe, is taken for
    /// text.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// It is empty, or no format knows it; the message names those that can be read.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataFormat Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsPipe(path))
        {
            return all[^1];
        }

        return Find(path) ?? throw new InvalidDataException(new FileInfo(path).Length == 0
            ? $"{path} is empty."
            : $"{path} has none of the formats that can be read: "
                + $"{string.Join(", ", all.Select(format => format.Name))}.");
    }

    /// <summary>Finds the format of a file; null if no format recognizes it, or it cannot be read twice.</summary>
    internal static DataFormat? Find(string path)
    {
        if (IsPipe(path))
        {
            return null;
        }

        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"{path} is a folder, and a file is needed.");
        }

        byte[] start = new byte[StartLength];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        start = start[..stream.ReadAtLeast(start, StartLength, throwOnEndOfStream: false)];
        return all.FirstOrDefault(format => format.Matches(start));
    }

    private static bool IsPipe(string path) =>
        OperatingSystem.IsLinux() && File.Exists(path) && !LibC.IsRegularFile(path);

    /// <summary>Tells whether a file has this format.</summary>
    /// <param name="start">The first 512 bytes of the file, or all where it has fewer.</param>
    public abstract bool Matches(ReadOnlySpan<byte> start);

    /// <summary>Reads a file as a table, some rows at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The rows of a block; the last one has what is left.</param>
    /// <param name="options">What the user says about the table; a format obeys those options that concern it.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no table; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options);

    /// <summary>
    /// Opens a file as samples of several channels. By default the columns of its table are the channels.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or a value is missing or no number.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public virtual ISampleFile OpenSamples(string path) => new ColumnSource(ReadColumns(path));

    /// <summary>Reads a file as a matrix. By default it has the rows and columns of the table.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or a value is missing or no number.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public virtual Matrix<double> ReadMatrix(string path) =>
        Matrix<double>.Build.DenseOfColumnArrays(ReadColumns(path));

    private double[][] ReadColumns(string path)
    {
        Table table = ReadBlocks(path, int.MaxValue, new TableOptions()).FirstOrDefault()
            ?? throw new InvalidDataException($"{path} has no rows.");
        return [.. table.Names.Select(name => table.IsNumeric(name)
            ? table.Numbers(name)
            : throw new InvalidDataException($"{path}: the column '{name}' holds text, and numbers are needed."))];
    }
}
