using System.Globalization;
using System.Text;
using Math4AI.Data;

namespace Math4AI.Language.Words;

/// <summary>
/// A text as it is printed, with words in lower case between spaces and a sentence a line. A word is a run of letters,
/// marks and digits; an apostrophe, a hyphen or an underscore within it stays, and so does the point or comma of a
/// number. A sentence ends at a stop, a question or an exclamation mark before a space, and at an empty line.
/// </summary>
internal sealed class PlainWords : ForwardStream
{
    private const int BlockSize = 1 << 15;

    private readonly string path;
    private readonly StreamReader text;
    private readonly char[] read = new char[BlockSize];
    private readonly StringBuilder written = new();

    // The second half of a character waits for the next block's first.
    private int waiting;
    private byte[] ready = [];
    private int given;

    // What lies between the last word and the next one.
    private Rune last;
    private Rune first;
    private int gap;
    private int lines;
    private bool endsSentence;
    private bool hasWord;

    /// <summary>Makes it.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="source">What it holds, which is closed at the end.</param>
    public PlainWords(string path, Stream source)
    {
        this.path = path;
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        text = new StreamReader(source, strict, detectEncodingFromByteOrderMarks: false, BlockSize);
    }

    /// <summary>Returns whether a character may stand in every place of a word.</summary>
    public static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.OtherNumber or UnicodeCategory.LetterNumber;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (given == ready.Length)
        {
            if (!Next())
            {
                return 0;
            }
        }

        int count = Math.Min(buffer.Length, ready.Length - given);
        ready.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            text.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool EndsSentence(Rune rune) => rune.Value is '.' or '!' or '?' or '…' || EndsAlone(rune);

    /// <summary>Whether it ends a sentence also where no space follows.</summary>
    private static bool EndsAlone(Rune rune) => rune.Value is '。' or '！' or '？' or '।' or '؟';

    private bool Next()
    {
        int count;
        try
        {
            count = text.Read(read, waiting, read.Length - waiting);
        }
        catch (DecoderFallbackException)
        {
            throw CorpusReader.NoText(path);
        }

        if (count == 0)
        {
            return false;
        }

        count += waiting;
        written.Clear();
        int at = 0;
        while (at < count && Rune.DecodeFromUtf16(read.AsSpan(at, count - at), out Rune rune, out int length)
            == System.Buffers.OperationStatus.Done)
        {
            Take(rune);
            at += length;
        }

        waiting = count - at;
        read.AsSpan(at, waiting).CopyTo(read);
        (ready, given) = (Encoding.UTF8.GetBytes(written.ToString()), 0);
        return true;
    }

    private void Take(Rune rune)
    {
        if (rune.Value == 0)
        {
            throw CorpusReader.NoText(path);
        }

        if (IsOfWord(rune))
        {
            Close(rune);
            Rune lower = Rune.ToLowerInvariant(rune);
            Span<char> letters = stackalloc char[2];
            written.Append(letters[..lower.EncodeToUtf16(letters)]);
            (last, gap, lines, endsSentence, hasWord) = (rune, 0, 0, false, true);
        }
        else if (rune.Value is not '\u00AD' and not '\uFEFF')
        {
            first = gap == 0 ? rune : first;
            gap++;
            lines += rune.Value == '\n' ? 1 : 0;
            endsSentence |= EndsSentence(rune);
        }
    }

    /// <summary>Writes what stands between two words: nothing, what joins them, a space or the end of a line.</summary>
    private void Close(Rune next)
    {
        if (gap == 0 || !hasWord)
        {
            return;
        }

        bool isSentence = lines > 1 || (endsSentence && (gap > 1 || EndsAlone(first)));
        written.Append(
            gap == 1 && Joins(first, next) ? (first.Value == '’' ? "'" : first.ToString())
            : isSentence ? "\n" : " ");
    }

    private bool Joins(Rune mark, Rune next) => mark.Value switch
    {
        '\'' or '’' or '-' or '‐' or '_' or '\u200C' or '\u200D' => true,
        '.' or ',' => Rune.IsDigit(last) && Rune.IsDigit(next),
        _ => false,
    };
}
