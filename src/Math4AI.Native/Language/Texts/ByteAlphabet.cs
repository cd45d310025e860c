namespace Math4AI.Language.Texts;

/// <summary>
/// A visible character for each of the 256 bytes, so that tokens of any bytes can be written as text: bytes that are
/// visible in Latin-1 are themselves, the others follow from U+0100 on. Source: A. Radford et al., "Language models are
/// unsupervised multitask learners" (2019).
/// </summary>
internal static class ByteAlphabet
{
    private const int Bytes = 256;

    private static readonly char[] Characters = Make();

    private static readonly Dictionary<char, byte> Back =
        Characters.Select((one, i) => (one, i)).ToDictionary(pair => pair.one, pair => (byte)pair.i);

    /// <summary>Returns the character of a byte.</summary>
    public static char Of(int value) => Characters[value];

    /// <summary>Returns bytes as characters.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = bytes.Length <= Bytes ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i] = Characters[bytes[i]];
        }

        return new string(text);
    }

    /// <summary>Returns the bytes of characters; null where one of them stands for no byte.</summary>
    public static byte[]? Read(string text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (!Back.TryGetValue(text[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static char[] Make()
    {
        char[] all = new char[Bytes];
        int others = 0;
        for (int i = 0; i < Bytes; i++)
        {
            bool isVisible = i is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            all[i] = (char)(isVisible ? i : Bytes + others++);
        }

        return all;
    }
}
