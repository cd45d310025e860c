using Math4AI.Data.Tables;

namespace Math4AI.Data.Arrays;

/// <summary>
/// An array of NumPy's: a table of rows × columns, a matrix, or channels × samples. It stays in its file.
/// </summary>
internal sealed class NpyFormat : DataFormat
{
    public override string Name => "NumPy array (.npy)";

    public override bool Matches(ReadOnlySpan<byte> start) => NpyHeader.IsMagic(start);

    public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
    {
        using var file = new NpySource(path, rowsAreSamples: true);
        foreach (Table block in Table.OfSamples(path, file, ColumnNames.Numbered("c", file.Channels), rows, options))
        {
            yield return block;
        }
    }

    public override ISampleFile OpenSamples(string path) => new NpySource(path);
}
