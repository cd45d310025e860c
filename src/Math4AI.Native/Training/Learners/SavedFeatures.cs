using Math4AI.Data.Models;
using Math4AI.Features;

namespace Math4AI.Training.Learners;

/// <summary>What feature maps have learned, among the arrays of a model.</summary>
internal static class SavedFeatures
{
    private const string Prefix = "features.";

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

    public static FeatureState Read(string folder, IReadOnlyDictionary<string, string[]> texts)
    {
        ModelArrays arrays = ModelArrays.Read(folder);
        return new FeatureState(
            arrays.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(name => name[Prefix.Length..], name => arrays.Vector(name)),
            texts);
    }
}
