using System.Globalization;

namespace Math4AI.Data.Tables.Cells;

/// <summary>Reads plain numbers from UTF-8, to the same bits as <see cref="double"/>.TryParse.</summary>
internal static class PlainDecimal
{
    // 10^22 is the largest power of ten that float64 holds exactly, and 2^53 the largest run of whole numbers.
    private const int MaxPower = 22;
    private const int MaxDigits = 19;
    private const ulong MaxExact = 1UL << 53;

    private static readonly double[] Powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];

    /// <summary>Parses a finite number; false if the text is not one.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="hasDecimalComma">Whether numbers have a decimal comma instead of a point.</param>
    /// <param name="value">The number.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, bool hasDecimalComma, out double value) =>
        TryShort(text, hasDecimalComma ? (byte)',' : (byte)'.', out value)
        || (double.TryParse(text, NumberStyles.Float,
            hasDecimalComma ? CellFormat.Comma : NumberFormatInfo.InvariantInfo, out value) && double.IsFinite(value));

    /// <summary>
    /// A number whose digits and power of ten float64 holds exactly: one multiplication or division then rounds
    /// correctly (W. D. Clinger, How to read floating point numbers accurately, PLDI 1990).
    /// </summary>
    private static bool TryShort(ReadOnlySpan<byte> text, byte point, out double value)
    {
        value = 0.0;
        int at = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        ulong digits = 0;
        int count = 0, power = 0;
        bool isFraction = false;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)(text[at] - '0');
            if (digit <= 9)
            {
                digits = digits * 10 + digit;
                count++;
                power -= isFraction ? 1 : 0;
            }
            else if (text[at] == point && !isFraction)
            {
                isFraction = true;
            }
            else
            {
                break;
            }
        }

        if (count is 0 or > MaxDigits || digits > MaxExact || !TryPower(text[at..], ref power)
            || power is < -MaxPower or > MaxPower)
        {
            return false;
        }

        value = power < 0 ? digits / Powers[-power] : digits * Powers[power];
        value = text[0] == '-' ? -value : value;
        return true;
    }

    /// <summary>Adds the power of ten that ends a number, such as e-05; false where something else does.</summary>
    private static bool TryPower(ReadOnlySpan<byte> text, ref int power)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        bool isSigned = text.Length > 1 && text[1] is (byte)'-' or (byte)'+';
        ReadOnlySpan<byte> digits = text[(isSigned ? 2 : 1)..];
        if (text[0] is not ((byte)'e' or (byte)'E') || digits.Length is 0 or > 3
            || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        int size = 0;
        foreach (byte digit in digits)
        {
            size = 10 * size + digit - '0';
        }

        power += text[1] == '-' ? -size : size;
        return true;
    }
}
