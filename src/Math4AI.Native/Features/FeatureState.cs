namespace Math4AI.Features;

/// <summary>
/// What a feature map has learned, as arrays of numbers and lists of texts under names: it is saved with the model.
/// </summary>
/// <param name="Numbers">The numbers by name.</param>
/// <param name="Texts">The texts by name.</param>
public sealed record FeatureState(
    IReadOnlyDictionary<string, double[]> Numbers, IReadOnlyDictionary<string, string[]> Texts)
{
    /// <summary>Gets the state of a map that has learned nothing.</summary>
    public static FeatureState Empty { get; } =
        new(new Dictionary<string, double[]>(), new Dictionary<string, string[]>());

    /// <summary>Makes a state of numbers alone.</summary>
    /// <param name="numbers">The numbers by name.</param>
    public static FeatureState Of(params (string Name, double[] Values)[] numbers) =>
        Empty with { Numbers = numbers.ToDictionary(pair => pair.Name, pair => pair.Values) };

    /// <summary>Gets numbers that must be there, all of them finite.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="length">How many there must be; null for any number.</param>
    /// <exception cref="InvalidDataException">They are missing, not as many, or not finite.</exception>
    public double[] NumbersOf(string name, int? length = null) =>
        Numbers.TryGetValue(name, out double[]? values) && (length ?? values.Length) == values.Length
            && values.All(double.IsFinite)
            ? values
            : throw new InvalidDataException(
                $"The saved features are damaged: '{name}' is missing or is not what it should be.");

    /// <summary>Gets texts that must be there.</summary>
    /// <param name="name">Their name.</param>
    /// <exception cref="InvalidDataException">They are missing.</exception>
    public string[] TextsOf(string name) =>
        Texts.TryGetValue(name, out string[]? values) && values.All(text => text is not null)
        ? values
        : throw new InvalidDataException($"The saved features are damaged: '{name}' is missing.");

    /// <summary>Puts several states into one.</summary>
    internal static FeatureState Join(IReadOnlyList<FeatureState> parts) => new(
        parts.SelectMany((part, i) => part.Numbers.Select(pair => ($"{i}.{pair.Key}", pair.Value))).ToDictionary(),
        parts.SelectMany((part, i) => part.Texts.Select(pair => ($"{i}.{pair.Key}", pair.Value))).ToDictionary());

    /// <summary>Takes one of them out again.</summary>
    internal FeatureState Part(int part) => new(
        Numbers.Where(pair => pair.Key.StartsWith($"{part}.", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[$"{part}.".Length..], pair => pair.Value),
        Texts.Where(pair => pair.Key.StartsWith($"{part}.", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[$"{part}.".Length..], pair => pair.Value));
}
