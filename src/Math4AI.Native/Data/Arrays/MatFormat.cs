namespace Math4AI.Data.Arrays;

/// <summary>The arrays of MATLAB's files.</summary>
internal sealed class MatFormat : NamedArraysFormat
{
    public override string Name => "MATLAB array (.mat, up to version 7.2)";

    public override bool Matches(ReadOnlySpan<byte> start) => MatArchive.IsMagic(start);

    protected override IReadOnlyList<NumberArray> ReadArrays(string path) => MatArchive.Read(path);
}
