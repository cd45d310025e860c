using System.Globalization;
using System.Text;

namespace Math4AI.Data.Tables;

/// <summary>The lines of comments at the beginning of a table, which begin with #.</summary>
/// <param name="Bytes">The bytes to skip.</param>
/// <param name="Lines">Their lines.</param>
internal readonly record struct CommentLines(int Bytes, int Lines)
{
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>
    /// Finds the comments before the names of the columns. A line that begins with # and has as many cells as the one
    /// behind it has the names, unless that line has them.
    /// </summary>
    /// <param name="start">The beginning of the text, in UTF-8.</param>
    public static CommentLines Before(byte[] start)
    {
        ReadOnlySpan<byte> text = start;
        int mark = text.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
        if (text.Length <= mark || text[mark] != '#')
        {
            return default;
        }

        int at = mark, lines = 0, last = at, empty = 0;
        string line = string.Empty, comment = string.Empty;
        for (int end; (end = text[at..].IndexOf((byte)'\n')) >= 0; at += end + 1)
        {
            line = Encoding.UTF8.GetString(text.Slice(at, end)).TrimEnd('\r');
            if (line.StartsWith('#'))
            {
                (comment, last, lines, empty) = (line, at, lines + 1 + empty, 0);
            }
            else if (line.Trim().Length > 0)
            {
                return Named(comment, last, line, Next(text[(at + end + 1)..])) is { } bytes
                    ? new CommentLines(bytes > mark ? bytes : 0, lines - 1)
                    : new CommentLines(at, lines + empty);
            }
            else
            {
                empty++;
            }
        }

        // Nothing but comments in sight: what reads it says so.
        return default;
    }

    /// <summary>The bytes before the names where the last line that begins with # has them; null where not.</summary>
    private static int? Named(string comment, int at, string first, string? second)
    {
        char separator = ((char[])[',', ';', '\t', '|']).MaxBy(each => first.Count(letter => letter == each));
        bool hasBlanks = !first.Contains(separator, StringComparison.Ordinal);
        string[] cells = Cells(first);
        if (!hasBlanks)
        {
            bool isSame = Cells(comment).Length == cells.Length;
            bool isRemark = comment.StartsWith("# ", StringComparison.Ordinal) && !cells.Any(IsNumber)
                && second is not null && Cells(second).Any(IsNumber);
            return isSame && !isRemark ? at : null;
        }

        // "# x y z" above rows of three numbers: the names are behind the sign.
        string names = comment.TrimStart('#', ' ', '\t');
        return Cells(comment).Length == cells.Length ? at
            : Cells(names).Length == cells.Length && cells.All(IsNumber) ? at + comment.Length - names.Length
            : null;

        string[] Cells(string line) => hasBlanks
            ? line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
            : line.Split(separator, StringSplitOptions.TrimEntries);
    }

    private static string? Next(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        return end < 0 ? null : Encoding.UTF8.GetString(text[..end]).TrimEnd('\r');
    }

    private static bool IsNumber(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
