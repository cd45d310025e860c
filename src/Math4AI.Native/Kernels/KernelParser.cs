using System.Globalization;
using Math4AI.Data;

namespace Math4AI.Kernels;

/// <summary>
/// Reads a kernel from its formula by recursive descent: sum = product (+ product)*, product = part (* part)*,
/// part = (number | name [(numbers)] | (sum)) [[columns]]*.
/// </summary>
internal sealed class KernelParser(string formula)
    : RecursiveDescent(formula ?? throw new ArgumentNullException(nameof(formula)))
{
    // A formula from a file cannot ask for a deeper stack than this.
    private const int MaxDepth = 200;

    private int depth;

    public static bool IsInName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '-';

    public Kernel Parse()
    {
        try
        {
            Kernel kernel = Sum();
            return At == Text.Length ? kernel : throw Unexpected("an operator");
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The kernel '{Text}' cannot be made: {Sentence(e)}", e);
        }
    }

    // What .NET adds to a message, the name of the argument and its value, is nothing of the text.
    private static string Sentence(ArgumentException e) =>
        e.Message.Split(" (Parameter '", 2, StringSplitOptions.None)[0];

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
        int start = At;
        while (At < Text.Length && IsInName(Text[At]))
        {
            At++;
        }

        return Text[start..At];
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

    private int Column() => char.IsAsciiLetter(Next())
        ? throw new FormatException(
            $"The kernel '{Text}' names the column '{Name()}': columns behind a kernel are whole numbers from 0 on, in "
            + "the order of the inputs.")
        : Number() is var number && number == Math.Floor(number) && number is >= 0.0 and < int.MaxValue
        ? (int)number
        : throw new FormatException(
            $"The kernel '{Text}' names the column {number}: columns are whole numbers from 0 on.");

    private double Number()
    {
        _ = Next();
        int start = At;
        while (At < Text.Length && (char.IsAsciiDigit(Text[At]) || Text[At] is '.' or 'e' or 'E'
            || (Text[At] is '-' or '+' && (At == start || Text[At - 1] is 'e' or 'E'))))
        {
            At++;
        }

        return double.TryParse(
            Text.AsSpan(start, At - start), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Unexpected("a number or a kernel");
    }

    private FormatException Unexpected(string wanted) => new(
        $"The kernel '{Text}' has {(At < Text.Length ? $"'{Text[At]}'" : "its end")} at place {At + 1}, where {wanted} "
        + "is needed.");
}
