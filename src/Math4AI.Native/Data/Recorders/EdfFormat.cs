using Math4AI.Data.Tables;

namespace Math4AI.Data.Recorders;

/// <summary>Recordings in EDF and BDF. As a table, the labels of the signals are the names of the columns.</summary>
internal sealed class EdfFormat : DataFormat
{
    public override string Name => "European Data Format (.edf, .bdf)";

    public override bool Matches(ReadOnlySpan<byte> start) => EdfHeader.IsMagic(start);

    public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
    {
        using var file = new EdfFile(path);
        foreach (Table block in Table.OfSamples(path, file, file.Labels, rows, options))
        {
            yield return block;
        }
    }

    public override ISampleFile OpenSamples(string path) => new EdfFile(path);
}
