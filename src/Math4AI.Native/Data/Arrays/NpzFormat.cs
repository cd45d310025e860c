namespace Math4AI.Data.Arrays;

/// <summary>Archives of NumPy's arrays.</summary>
internal sealed class NpzFormat : NamedArraysFormat
{
    public override string Name => "archive of NumPy arrays (.npz)";

    public override bool Matches(ReadOnlySpan<byte> start) => NpzArchive.IsMagic(start);

    protected override IReadOnlyList<NumberArray> ReadArrays(string path) => NpzArchive.Read(path);
}
