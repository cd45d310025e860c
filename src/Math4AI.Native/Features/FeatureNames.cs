using System.Collections.Concurrent;
using Math4AI.Data.Images;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>The feature maps of one kind of samples that formulas know by name.</summary>
/// <typeparam name="TData">What the samples are.</typeparam>
public sealed class FeatureNames<TData>
{
    private readonly ConcurrentDictionary<string, Func<FeatureArguments, FeatureMap<TData>>> makers =
        new(StringComparer.Ordinal);

    internal FeatureNames()
    {
    }

    /// <summary>Gets the names, in alphabetical order.</summary>
    public IReadOnlyList<string> All => [.. makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Gives a feature map of one's own a name: then formulas, the command and saved models know it.</summary>
    /// <param name="name">The name: letters, digits and hyphens, a letter first.</param>
    /// <param name="make">Makes the map from what stands behind its name, such as 2 in <c>poly:2</c>.</param>
    /// <exception cref="ArgumentException">The name is another map's, or no name.</exception>
    public void Add(string name, Func<FeatureArguments, FeatureMap<TData>> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(make);
        if (!char.IsAsciiLetter(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            || name == FeatureParser.Then)
        {
            throw new ArgumentException(
                $"'{name}' is no name for features: use letters, digits and hyphens, a letter first.", nameof(name));
        }

        if (!makers.TryAdd(name, make))
        {
            throw new ArgumentException($"There are features '{name}' already.", nameof(name));
        }
    }

    /// <summary>
    /// Reads a feature map from its formula, such as <c>color, hog:9:8 then pca:20</c>: maps with a comma between them
    /// stand side by side, and <c>then</c> applies a map of tables to all that stands before it. Numbers behind a name
    /// have a colon before each.
    /// </summary>
    /// <param name="formula">The formula.</param>
    /// <exception cref="FormatException">The text is no such formula: what is wrong is named.</exception>
    public FeatureMap<TData> Parse(string formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        return new FeatureParser(formula).Parse(this);
    }

    internal FeatureMap<TData> Make(string name, FeatureArguments arguments)
    {
        if (!makers.TryGetValue(name, out Func<FeatureArguments, FeatureMap<TData>>? make))
        {
            throw new FormatException($"There are no features '{name}'{Elsewhere(name)}; there are: "
                + $"{string.Join(", ", All)}.");
        }

        try
        {
            FeatureMap<TData> map = make(arguments);
            arguments.RequireAllUsed(name);
            return map;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // What an exception adds to its sentence names what a formula does not have.
            if (e is FormatException && e.Message.StartsWith("The features '", StringComparison.Ordinal))
            {
                throw;
            }

            string why = e.Message.Split(" (Parameter '", 2)[0].TrimEnd('.');
            throw new FormatException($"The features '{arguments.Behind(name)}' cannot be made: {why}.", e);
        }
    }

    private string Elsewhere(string name) =>
        typeof(TData) != typeof(Matrix<double>) && FeatureMap.Names.All.Contains(name)
            ? $" of {(typeof(TData) == typeof(ImageSet) ? "images" : "texts")}, but of tables: let them follow others, "
                + $"as in '{All[0]} then {name}'"
        : typeof(TData) == typeof(Matrix<double>) && ImageFeatures.Names.All.Contains(name)
            ? " of tables, but of images"
        : string.Empty;
}
