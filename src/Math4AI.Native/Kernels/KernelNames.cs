using System.Collections.Concurrent;

namespace Math4AI.Kernels;

/// <summary>The kernels that formulas know by name, and how each is made from the numbers in its brackets.</summary>
public static class KernelNames
{
    private const int UsualDegree = 3;

    private static readonly ConcurrentDictionary<string, Func<IReadOnlyList<double>, Kernel>> Makers =
        new(StringComparer.Ordinal)
        {
            ["rbf"] = numbers => Kernel.Rbf(Lengths(numbers)),
            ["matern12"] = numbers => Kernel.Matern12(Lengths(numbers)),
            ["matern32"] = numbers => Kernel.Matern32(Lengths(numbers)),
            ["matern52"] = numbers => Kernel.Matern52(Lengths(numbers)),
            ["rational-quadratic"] = numbers =>
                Kernel.RationalQuadratic(numbers.Count > 0 ? numbers[0] : 1.0, Lengths([.. numbers.Skip(1)])),
            ["periodic"] = numbers =>
                Require(numbers, 2, () => Kernel.Periodic(At(numbers, 0, 1.0), At(numbers, 1, 1.0))),
            ["linear"] = numbers => Require(numbers, 1, () => Kernel.Linear(At(numbers, 0, 1.0))),
            ["polynomial"] = numbers => Require(numbers, 2, () => Kernel.Polynomial(
                At(numbers, 0, UsualDegree) is var degree && degree == Math.Floor(degree)
                    && degree is > 0.0 and < 1000.0
                    ? (int)degree
                    : throw new ArgumentException(
                        $"The degree of a polynomial is a whole number from 1 on, and not {degree}."),
                At(numbers, 1, 1.0))),
            ["white"] = numbers => Require(numbers, 1, () => Kernel.White(At(numbers, 0, 1.0))),
        };

    /// <summary>Gets the names, in alphabetical order.</summary>
    public static IReadOnlyList<string> All => [.. Makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Gives a kernel of one's own a name: then formulas, the command and saved models know it.</summary>
    /// <param name="name">The name: letters, digits and hyphens, a letter first.</param>
    /// <param name="make">
    /// Makes the kernel from the numbers in the brackets behind its name; none where there are no brackets.
    /// </param>
    /// <exception cref="ArgumentException">The name is another kernel's, or no name.</exception>
    public static void Add(string name, Func<IReadOnlyList<double>, Kernel> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(make);
        if (!char.IsAsciiLetter(name[0]) || !name.All(KernelParser.IsInName))
        {
            throw new ArgumentException(
                $"'{name}' is no name for a kernel: use letters, digits and hyphens, a letter first.", nameof(name));
        }

        if (!Makers.TryAdd(name, make))
        {
            throw new ArgumentException($"There is a kernel '{name}' already.", nameof(name));
        }
    }

    internal static Kernel Make(string name, IReadOnlyList<double> numbers) =>
        Makers.TryGetValue(name, out Func<IReadOnlyList<double>, Kernel>? make)
            ? make(numbers)
            : throw new FormatException($"There is no kernel '{name}'; there are: {string.Join(", ", All)}.");

    private static double[] Lengths(IReadOnlyList<double> numbers) => numbers.Count > 0 ? [.. numbers] : [1.0];

    private static double At(IReadOnlyList<double> numbers, int place, double usual) =>
        place < numbers.Count ? numbers[place] : usual;

    private static Kernel Require(IReadOnlyList<double> numbers, int most, Func<Kernel> make) => numbers.Count <= most
        ? make()
        : throw new ArgumentException($"The kernel takes at most {most} numbers, and {numbers.Count} were given.");
}
