using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Processes;

namespace Math4AI.Data.Tables;

/// <summary>
/// The lines of a long text that one of several processes parses: from the end of the first line that ends in its share
/// of the bytes to where the next process begins. A text with quotes is not divided, since a line may end within them.
/// </summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="LinesBefore">The lines before it.</param>
/// <param name="IsFirst">Whether the file begins with it.</param>
internal sealed record TextPart(long Start, long End, long LinesBefore, bool IsFirst)
{
    /// <summary>A shorter text is parsed by every process, sooner than they have agreed.</summary>
    public const int WorthSharing = 1 << 20;

    private const int Piece = 1 << 18;

    /// <summary>The part of this process; null where every process parses all. Each of them calls this.</summary>
    /// <param name="path">The same file in all processes.</param>
    /// <param name="options">How it is read, and by which processes.</param>
    /// <exception cref="IOException">The file cannot be read in one of them, or is another one there.</exception>
    public static TextPart? Of(string path, TableOptions options)
    {
        ProcessGroup all = options.Processes;
        if (all.Count == 1)
        {
            return null;
        }

        double[] isWhole = [all.Agree(() => CanDivide(path, options)) ? 0.0 : 1.0];
        all.Largest(isWhole);
        if (isWhole[0] > 0.0)
        {
            return null;
        }

        all.RequireSameFile(path);
        (long length, string[] cells, long first) = all.Agree(() =>
        {
            (string[] cells, long line) = TextRows.FirstOf(path, options);
            return (new FileInfo(path).Length, cells, line);
        });
        double[][] found = all.Distribute(all.Count, rank => Look(path, all.Share(length, rank), rank == 0));
        (long[] quotes, long[] ends, long[] behind) = (Column(0), Column(1), Column(2));

        // The first row, which may have names, is parsed by the first process.
        if (quotes.Sum() > 0 || ends[0] < first || cells.Any(cell => cell.Contains('\n', StringComparison.Ordinal)))
        {
            return null;
        }

        long[] starts = [.. behind, length];
        starts[0] = 0;
        for (int rank = all.Count - 1; rank > 0; rank--)
        {
            starts[rank] = starts[rank] < 0 ? starts[rank + 1] : starts[rank];
        }

        return new TextPart(
            starts[all.Rank], starts[all.Rank + 1], ends.Take(all.Rank).Sum() + 1, IsFirst: all.Rank == 0);
        long[] Column(int i) => [.. found.Select(each => (long)each[i])];
    }

    /// <summary>The numbers of all parts, in the order of the processes; each of them calls this.</summary>
    public static double[] Join(double[] own, ProcessGroup all) =>
        [.. all.Gather(MemoryMarshal.AsBytes(own.AsSpan()).ToArray())
            .SelectMany(part => MemoryMarshal.Cast<byte, double>(part).ToArray())];

    private static bool CanDivide(string path, TableOptions options)
    {
        if (options.Encoding is not null || !DataFormat.Of(path).IsText
            || (OperatingSystem.IsLinux() && !LibC.IsRegularFile(path)) || new FileInfo(path).Length < WorthSharing)
        {
            return false;
        }

        // In UTF-16 a byte of 10 need not end a line.
        using FileStream file = File.OpenRead(path);
        return file.ReadByte() is not (0xFE or 0xFF);
    }

    /// <summary>
    /// Looks through some of the bytes: the quotes, those of the file's first line left out where they close in it; the
    /// ends of lines; and the place behind the first of these, −1 where there is none.
    /// </summary>
    private static double[] Look(string path, (long Start, long End) share, bool isFirst)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        file.Position = share.Start;
        byte[] buffer = new byte[Piece];
        long quotes = 0, ends = 0, behind = -1, at = share.Start;
        while (at < share.End)
        {
            int count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, share.End - at));
            if (count == 0)
            {
                throw new IOException($"{path} became shorter while it was read.");
            }

            ReadOnlySpan<byte> some = buffer.AsSpan(0, count);
            if (behind < 0 && some.IndexOf((byte)'\n') is >= 0 and var end)
            {
                behind = at + end + 1;
                if (isFirst && (quotes + some[..end].Count((byte)'"')) % 2 == 0)
                {
                    quotes = -some[..end].Count((byte)'"');
                }
            }

            quotes += some.Count((byte)'"');
            ends += some.Count((byte)'\n');
            at += count;
        }

        return [quotes, ends, behind];
    }
}
