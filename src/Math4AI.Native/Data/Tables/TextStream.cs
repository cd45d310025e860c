namespace Math4AI.Data.Tables;

/// <summary>
/// A text whose beginning has been inspected, since a pipe can be read only once. Runs of blanks that separate columns
/// are read as one <see cref="Joined"/>.
/// </summary>
internal sealed class TextStream : ForwardStream
{
    /// <summary>The character that replaces a run of blanks.</summary>
    public const char Joined = '\t';

    private const int StartLength = 1 << 16;

    private readonly Stream rest;
    private readonly Utf8Check check;
    private readonly byte[] raw = new byte[StartLength];
    private readonly byte[] joined = new byte[StartLength + 1];
    private long left;
    private int taken;
    private int joinedCount;
    private int joinedTaken;
    private bool isBlank;
    private bool isLineStart = true;
    private bool isQuoted;

    /// <summary>Takes over the stream and reads its beginning.</summary>
    /// <param name="text">Text in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.</param>
    /// <param name="path">Its name in messages.</param>
    /// <param name="bytes">How many bytes of it are read at most.</param>
    /// <param name="linesBefore">The lines of its file before it, for messages.</param>
    /// <exception cref="InvalidDataException">Its beginning is in another encoding.</exception>
    public TextStream(Stream text, string path, long bytes = long.MaxValue, long linesBefore = 0)
    {
        rest = text;
        check = new Utf8Check(path, linesBefore);
        byte[] start = new byte[(int)Math.Min(StartLength, bytes)];
        int length = text.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        left = bytes - length;
        Start = start[..length];
        IsWhole = length < StartLength;
        check.Add(Start, isLast: IsWhole);
    }

    /// <summary>The first 64 KiB, or all; without what is skipped.</summary>
    public byte[] Start { get; private set; }

    /// <summary>Leaves out the first bytes of <see cref="Start"/>, before anything is read.</summary>
    public void Skip(int bytes) => Start = Start[bytes..];

    /// <summary>Whether <see cref="Start"/> is all.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether runs of blanks outside quotes are joined, and those around a line removed.</summary>
    public bool JoinsBlanks { get; set; }

    public override int Read(Span<byte> buffer)
    {
        if (!JoinsBlanks)
        {
            return ReadRaw(buffer);
        }

        // What is read may be nothing but blanks, which is not the end.
        for (int length; joinedTaken == joinedCount && (length = ReadRaw(raw)) > 0;)
        {
            (joinedTaken, joinedCount) = (0, Join(raw.AsSpan(0, length)));
        }

        int count = Math.Min(buffer.Length, joinedCount - joinedTaken);
        joined.AsSpan(joinedTaken, count).CopyTo(buffer);
        joinedTaken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadRaw(Span<byte> buffer)
    {
        if (taken == Start.Length)
        {
            int read = rest.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= read;
            check.Add(buffer[..read], isLast: read == 0);
            return read;
        }

        int count = Math.Min(buffer.Length, Start.Length - taken);
        Start.AsSpan(taken, count).CopyTo(buffer);
        taken += count;
        return count;
    }

    private int Join(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte value = bytes[i];
            isQuoted ^= value == '"';
            if (!isQuoted && value is (byte)' ' or (byte)'\t')
            {
                isBlank = true;
                continue;
            }

            bool isEnd = value is (byte)'\n' or (byte)'\r';
            if (isBlank && !isLineStart && !isEnd)
            {
                joined[count++] = (byte)Joined;
            }

            (isBlank, isLineStart) = (false, isEnd);
            joined[count++] = value;
        }

        return count;
    }
}
