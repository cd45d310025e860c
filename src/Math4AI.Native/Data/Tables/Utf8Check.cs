using System.Text;

namespace Math4AI.Data.Tables;

/// <summary>
/// Checks that the bytes of a text are UTF-8, as they pass: in another encoding letters would be replaced, and words no
/// longer be what they are.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="linesBefore">The lines before the first byte, for messages.</param>
internal sealed class Utf8Check(string path, long linesBefore = 0)
{
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Decoder decoder = Strict.GetDecoder();
    private readonly char[] discarded = new char[1 << 12];
    private bool isFirst = true;
    private bool isWide;
    private bool isBetween;
    private long line = linesBefore + 1;

    /// <summary>Checks the next bytes.</summary>
    /// <exception cref="InvalidDataException">They are not UTF-8; the message names the line.</exception>
    public void Add(ReadOnlySpan<byte> bytes, bool isLast)
    {
        if (isFirst)
        {
            (isFirst, isWide) = (false, bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]);
        }

        if (isWide || (!isBetween && Ascii.IsValid(bytes)))
        {
            line += bytes.Count((byte)'\n');
            return;
        }

        try
        {
            for (bool isDone = false; !isDone;)
            {
                decoder.Convert(bytes, discarded, isLast, out int used, out _, out isDone);
                line += bytes[..used].Count((byte)'\n');
                bytes = bytes[used..];
            }

            isBetween = !isLast;
        }
        catch (DecoderFallbackException e)
        {
            line += bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n');
            throw new InvalidDataException(
                $"{path}, line {line}: the text is not UTF-8; name its encoding (--encoding windows-1252, or "
                + "TableOptions.Encoding), or save it as UTF-8.", e);
        }
    }
}
