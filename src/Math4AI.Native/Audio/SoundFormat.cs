using Math4AI.Data;
using Math4AI.Data.Tables;

namespace Math4AI.Audio;

/// <summary>Sound in any container that libsndfile reads. As a table its channels are the columns c1, c2, ….</summary>
internal sealed class SoundFormat : DataFormat
{
    /// <summary>The usual endings of the names of files that are read.</summary>
    public const string Endings = ".wav, .flac, .ogg, .mp3, .aiff, .caf, .au, .w64";

    private static readonly byte[][] Beginnings =
    [
        [.. "RIFF"u8], [.. "RIFX"u8], [.. "RF64"u8], [.. "riff"u8], [.. "FORM"u8], [.. "fLaC"u8], [.. "OggS"u8],
        [.. "caff"u8], [.. ".snd"u8],
        [.. "dns."u8], [.. "ID3"u8], [.. "Creative Voice File"u8], [.. "NIST_1A"u8], [.. "2BIT"u8], [.. " paf"u8],
        [.. "fap "u8],
    ];

    public override string Name => $"sound ({Endings})";

    public override bool Matches(ReadOnlySpan<byte> start)
    {
        foreach (byte[] beginning in Beginnings)
        {
            if (start.StartsWith(beginning))
            {
                return true;
            }
        }

        return IsMpegFrame(start);
    }

    public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
    {
        using var file = new AudioFileSource(path);
        foreach (Table block in Table.OfSamples(path, file, ColumnNames.Numbered("c", file.Channels), rows, options))
        {
            yield return block;
        }
    }

    public override ISampleFile OpenSamples(string path) => new AudioFileSource(path);

    /// <summary>
    /// Whether a frame of MPEG audio begins, of layer II or III: eleven bits that are set, and two for the layer.
    /// (Layer I would begin as text in UTF-16 does.)
    /// </summary>
    private static bool IsMpegFrame(ReadOnlySpan<byte> start) =>
        start.Length > 1 && start[0] == 0xFF && (start[1] & 0xE0) == 0xE0 && ((start[1] >> 1) & 3) is 1 or 2;
}
