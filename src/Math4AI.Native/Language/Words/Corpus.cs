using Math4AI.Data;

namespace Math4AI.Language.Words;

/// <summary>A text that is learned from.</summary>
/// <param name="Path">The file, plain or gzip.</param>
/// <param name="IsPlain">Whether words are letters and digits alone, as <see cref="PlainWords"/> writes them.</param>
internal sealed record Corpus(string Path, bool IsPlain = false)
{
    /// <summary>Opens it.</summary>
    public Stream Open() => IsPlain ? new PlainWords(Path, GzipFile.Open(Path)) : GzipFile.Open(Path);
}
