using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Training.Tables;

/// <summary>
/// Encoded rows, the target last, in a file that vanishes when it is closed: there may be more of them than memory has
/// room for.
/// </summary>
internal sealed class EncodedRows : TrainingData, IDisposable
{
    private readonly FileStream file;
    private readonly int width;
    private readonly bool areClasses;
    private long count;

    /// <summary>Makes an empty file among the temporary ones.</summary>
    /// <param name="inputs">The numbers of a row beside the target.</param>
    /// <param name="areClasses">Whether targets are classes; otherwise numbers.</param>
    /// <exception cref="IOException">There is no room.</exception>
    public EncodedRows(int inputs, bool areClasses)
    {
        (width, this.areClasses) = (inputs + 1, areClasses);
        file = new FileStream(
            Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.rows"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = 1 << 20,
                Options = FileOptions.DeleteOnClose,
            });
    }

    /// <inheritdoc/>
    public override int Count => checked((int)count);

    /// <inheritdoc/>
    public override bool IsSlow => true;

    /// <summary>Adds a row.</summary>
    public void Add(ReadOnlySpan<float> inputs, float target)
    {
        file.Write(MemoryMarshal.AsBytes(inputs));
        file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in target)));
        count++;
    }

    /// <summary>After the last row, before the first is taken.</summary>
    public void Complete() => file.Flush();

    /// <inheritdoc/>
    public override Batch Take(ReadOnlySpan<long> rows)
    {
        int inputs = width - 1;
        float[] x = new float[rows.Length * inputs], y = new float[rows.Length], row = new float[width];
        for (int i = 0; i < rows.Length; i++)
        {
            Read(rows[i], row);
            row.AsSpan(0, inputs).CopyTo(x.AsSpan(i * inputs));
            y[i] = row[inputs];
        }

        return (
            tensor(x, [rows.Length, inputs]),
            areClasses ? tensor(Array.ConvertAll(y, value => (long)value)) : tensor(y, [rows.Length, 1]));
    }

    public void Dispose() => file.Dispose();

    private void Read(long row, Span<float> target)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(target);
        long offset = row * bytes.Length;
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"{file.Name} became shorter while it was read.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
