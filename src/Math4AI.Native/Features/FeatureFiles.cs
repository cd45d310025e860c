using Math4AI.Data.Models;

namespace Math4AI.Features;

/// <summary>What fitted features have learned, in the folder of a model.</summary>
internal static class FeatureFiles
{
    public const string Prefix = "features.";

    // A file of safetensors with no array at all is none that other readers take.
    private const string Format = "format";

    public static ModelArrays Arrays(FeatureState state)
    {
        var arrays = new ModelArrays();
        arrays.Add(Format, [1.0]);
        foreach ((string name, double[] values) in state.Numbers)
        {
            arrays.Add(Prefix + name, values);
        }

        return arrays;
    }

    /// <summary>The features of a folder; null where it has none.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or not known here.</exception>
    public static FittedFeatures<TData>? Restore<TData>(
        string folder, FeatureNames<TData> names, string? formula, IReadOnlyDictionary<string, string[]> texts)
    {
        if (formula is null)
        {
            return null;
        }

        try
        {
            ModelArrays arrays = ModelArrays.Read(folder);
            return names.Parse(formula).Restore(new FeatureState(
                arrays.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                    .ToDictionary(name => name[Prefix.Length..], name => arrays.Vector(name)),
                texts));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{folder}: {e.Message}", e);
        }
    }
}
