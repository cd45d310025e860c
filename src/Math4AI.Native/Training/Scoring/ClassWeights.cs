using System.Globalization;

namespace Math4AI.Training.Scoring;

/// <summary>
/// How much an error of each class weighs in learning and in choosing: the loss is Σ w(yᵢ) ℓᵢ/Σ w(yᵢ). Probabilities
/// are then those of samples in which the classes are as frequent as their weights make them, and not of those that
/// were given. A threshold (<see cref="DecisionAim"/>) leaves the probabilities right where answers alone matter.
/// </summary>
public sealed record ClassWeights
{
    private const string BalancedName = "balanced";

    private ClassWeights(IReadOnlyDictionary<string, double> named) => Named = named;

    /// <summary>Gets weights by which all classes count the same: w = n/(K n_k) of n_k samples of K classes.</summary>
    public static ClassWeights Balanced { get; } = new(new Dictionary<string, double>());

    /// <summary>Gets the weights that were given by name; empty for <see cref="Balanced"/>.</summary>
    public IReadOnlyDictionary<string, double> Named { get; }

    /// <summary>Makes weights of the classes that are named; a class that is not named has 1.</summary>
    /// <param name="named">A finite number of more than 0 for each of one class or more.</param>
    /// <exception cref="ArgumentException">There is none, or one is not such a number.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> named)
    {
        ArgumentNullException.ThrowIfNull(named);
        return named.Count > 0 && named.Values.All(weight => weight > 0.0 && double.IsFinite(weight))
            ? new ClassWeights(new Dictionary<string, double>(named))
            : throw new ArgumentException("One class at least has a weight, a number of more than 0.", nameof(named));
    }

    /// <summary>Reads <c>balanced</c>, <c>none</c>, or weights such as <c>yes=10, no=1</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The weights; null for none.</returns>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static ClassWeights? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Trim() is BalancedName or "none")
        {
            return text.Trim() == BalancedName ? Balanced : null;
        }

        var named = new Dictionary<string, double>();
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int at = word.LastIndexOf('=');
            bool isNumber = double.TryParse(
                word.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight);
            if (at <= 0 || !isNumber || !(weight > 0.0) || !double.IsFinite(weight)
                || !named.TryAdd(word[..at].Trim(), weight))
            {
                throw new FormatException($"'{text}' are no weights of classes: use balanced, none, or each class once "
                    + "with a number of more than 0, such as yes=10, no=1.");
            }
        }

        return new ClassWeights(named);
    }

    /// <summary>Returns the weight of each class, of the mean 1 over samples.</summary>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="counts">How many samples there are of each.</param>
    /// <exception cref="ArgumentException">
    /// A class that has a weight is not there, there is not one count a class, or there are no samples.
    /// </exception>
    public double[] Of(IReadOnlyList<string> classes, IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(counts);
        double samples = counts.Sum();
        if (counts.Count != classes.Count || samples <= 0.0)
        {
            throw new ArgumentException($"How many samples there are is needed for each of {classes.Count} classes.");
        }

        if (Named.Keys.FirstOrDefault(name => !classes.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"There is no class '{unknown}' to weigh; the classes are "
                + $"{string.Join(", ", classes.Take(20))}.");
        }

        double[] weights =
        [
            .. classes.Zip(counts, (name, count) => Named.Count > 0
                ? Named.GetValueOrDefault(name, 1.0)
                : 1.0 / Math.Max(1L, count)),
        ];
        double mean = weights.Zip(counts, (weight, count) => weight * count).Sum() / samples;
        return Array.ConvertAll(weights, weight => weight / mean);
    }

    /// <summary>Returns the weights as they are read.</summary>
    public override string ToString() => Named.Count == 0
        ? BalancedName
        : string.Join(", ", Named.Select(
            pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value:R}")));
}
