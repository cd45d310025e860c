using System.Globalization;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// The distances by name, as <c>math4ai fit --distance</c> reads them. A new one is one line here, or one call of
/// <see cref="Add"/>.
/// </summary>
public static class DistanceNames
{
    private static readonly Lock Access = new();

    private static IReadOnlyDictionary<string, Func<double?, Distance>> all = new OrderedDictionary<string,
        Func<double?, Distance>>
    {
        ["squared"] = _ => Distance.Squared,
        ["absolute"] = _ => Distance.Absolute,
        ["huber"] = threshold => Distance.Huber(threshold ?? 1.345),
        ["pseudo-huber"] = threshold => Distance.PseudoHuber(threshold ?? 1.345),
        ["cauchy"] = scale => Distance.Cauchy(scale ?? 2.385),
        ["tukey"] = threshold => Distance.Tukey(threshold ?? 4.685),
        ["quantile"] = share => Distance.Quantile(share ?? 0.5),
        ["logistic"] = _ => Distance.BinaryCrossEntropy,
        ["poisson"] = _ => Distance.Poisson,
        ["gaussian"] = _ => Distance.Gaussian,
        ["laplace"] = _ => Distance.Laplace,
        ["student"] = degrees => Distance.StudentT(degrees ?? 4.0),
        ["categorical"] = _ => Distance.Categorical,
        ["heteroscedastic"] = _ => Distance.Heteroscedastic,
        ["euclidean"] = _ => Distance.Euclidean,
    };

    /// <summary>
    /// Gets the factories by name. A factory takes the number after the colon, as in <c>huber:1.5</c>, or null.
    /// </summary>
    public static IReadOnlyDictionary<string, Func<double?, Distance>> All => all;

    /// <summary>Makes a distance of your own known by name.</summary>
    /// <param name="name">The name, without a colon.</param>
    /// <param name="create">
    /// Returns the distance; it is given the number after the colon, or null if there is none.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, holds a colon or a comma, or is taken.</exception>
    public static void Add(string name, Func<double?, Distance> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        lock (Access)
        {
            if (name.AsSpan().ContainsAny(':', ',') || all.ContainsKey(name))
            {
                throw new ArgumentException($"'{name}' is taken, or holds a colon or comma: choose another name.",
                    nameof(name));
            }

            all = new OrderedDictionary<string, Func<double?, Distance>>(all) { [name] = create };
        }
    }

    /// <summary>
    /// Returns the distance of a name, such as <c>squared</c>, <c>huber:1.5</c> or <c>poisson:identity</c>.
    /// </summary>
    /// <param name="text">The name, and after a colon a number or a link where the distance takes one.</param>
    /// <exception cref="FormatException">There is no such distance, or the number cannot be read.</exception>
    public static Distance Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':', 2);
        if (!all.TryGetValue(parts[0], out Func<double?, Distance>? create))
        {
            throw new FormatException(
                $"There is no distance '{parts[0]}'; choose one of: {string.Join(", ", all.Keys)}.");
        }

        if (parts.Length == 1)
        {
            return create(null);
        }

        if (Link.All.TryGetValue(parts[1], out Link? link) && create(null) is { Link: not null } linked)
        {
            return linked.WithLink(link);
        }

        if (!double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            throw new FormatException($"'{parts[1]}' is not a number for the distance '{parts[0]}', as in huber:1.5.");
        }

        try
        {
            return create(number);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"The distance '{parts[0]}' cannot have {parts[1]}.", e);
        }
    }
}
