using System.Globalization;

namespace Math4AI.Kernels;

/// <summary>
/// Reads a kernel from its formula by recursive descent: sum = product (+ product)*, product = part (* part)*,
/// part = (number | name [(numbers)] | (sum)) [[columns]]*.
/// </summary>
internal sealed class KernelParser(string formula)
{
    // A formula from a file cannot ask for a deeper stack than this.
    private const int MaxDepth = 200;

    private readonly string text = formula ?? throw new ArgumentNullException(nameof(formula));
    private int at;
    private int depth;

    public static bool IsInName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '-';

    public Kernel Parse()
    {
        try
        {
            Kernel kernel = Sum();
            return at == text.Length ? kernel : throw Unexpected("an operator");
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The kernel '{text}' cannot be made: {e.Message}", e);
        }
    }

    private Kernel Sum()
    {
        if (++depth > MaxDepth)
        {
            throw new FormatException($"The kernel's formula has more than {MaxDepth} brackets in each other.");
        }

        Kernel sum = Product();
        while (Take('+'))
        {
            sum += Product();
        }

        depth--;
        return sum;
    }

    private Kernel Product()
    {
        Kernel product = Part();
        while (Take('*'))
        {
            product *= Part();
        }

        return product;
    }

    private Kernel Part()
    {
        Kernel kernel = Take('(') ? Bracketed()
            : char.IsAsciiLetter(Next()) ? KernelNames.Make(Name(), Take('(') ? List(')', Number) : [])
            : Kernel.Constant(Number());
        while (Take('['))
        {
            kernel = kernel.On(List(']', Column));
        }

        return kernel;
    }

    private Kernel Bracketed()
    {
        Kernel kernel = Sum();
        return Take(')') ? kernel : throw Unexpected("')'");
    }

    private string Name()
    {
        int start = at;
        while (at < text.Length && IsInName(text[at]))
        {
            at++;
        }

        return text[start..at];
    }

    private List<T> List<T>(char end, Func<T> read)
    {
        var values = new List<T>();
        while (!Take(end))
        {
            if (values.Count > 0 && !Take(',') && !Take(';'))
            {
                throw Unexpected($"',' or '{end}'");
            }

            values.Add(read());
        }

        return values;
    }

    private int Column() =>
        Number() is var number && number == Math.Floor(number) && number is >= 0.0 and < int.MaxValue
        ? (int)number
        : throw new FormatException(
            $"The kernel '{text}' names the column {number}: columns are whole numbers from 0 on.");

    private double Number()
    {
        _ = Next();
        int start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '.' or 'e' or 'E'
            || (text[at] is '-' or '+' && (at == start || text[at - 1] is 'e' or 'E'))))
        {
            at++;
        }

        return double.TryParse(
            text.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Unexpected("a number or a kernel");
    }

    private bool Take(char wanted)
    {
        bool isThere = Next() == wanted;
        at += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>The next character that is no white space; a null character at the end.</summary>
    private char Next()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length ? text[at] : '\0';
    }

    private FormatException Unexpected(string wanted) => new(
        $"The kernel '{text}' has {(at < text.Length ? $"'{text[at]}'" : "its end")} at place {at + 1}, where {wanted} "
        + "is needed.");
}
