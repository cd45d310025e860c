using System.Text;

namespace Math4AI.Data.Tables;

/// <summary>Reads texts in UTF-8, or in an encoding that is named; no letter is ever replaced.</summary>
public static class TextFile
{
    /// <summary>Reads a whole text, plain or compressed by gzip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoding">
    /// The name of its encoding, such as <c>windows-1252</c> or <c>latin1</c>; null for UTF-8, or what a byte order
    /// mark says.
    /// </param>
    /// <exception cref="ArgumentException">There is no such encoding.</exception>
    /// <exception cref="InvalidDataException">The text is not in the encoding; the message names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Read(string path, string? encoding = null)
    {
        using Stream stream = Decoded(GzipFile.Open(path), encoding);
        using var reader = new StreamReader(new TextStream(stream, path));
        return reader.ReadToEnd();
    }

    /// <summary>The text in UTF-8.</summary>
    internal static Stream Decoded(Stream file, string? encoding)
    {
        if (encoding is null)
        {
            return file;
        }

        Encoding found;
        try
        {
            found = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(
                $"There is no encoding '{encoding}'; such names are utf-8, utf-16, latin1, windows-1252 and "
                + "shift_jis.", e);
        }

        var strict = (Encoding)found.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return Encoding.CreateTranscodingStream(file, strict, new UTF8Encoding(false));
    }
}
