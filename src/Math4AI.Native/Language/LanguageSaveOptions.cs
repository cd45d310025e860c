using Math4AI.Runtime;

namespace Math4AI.Language;

/// <summary>Names how the weights of a folder are stored.</summary>
public enum WeightType
{
    /// <summary>Four bytes each, as they are.</summary>
    Float32,

    /// <summary>The upper two bytes, rounded to even: 8 binary digits, and the range of float32.</summary>
    BFloat16,

    /// <summary>Two bytes: 11 binary digits, up to 65504.</summary>
    Float16,
}

/// <summary>The settings of <see cref="LanguageModel.Save(string, LanguageSaveOptions?, bool)"/>.</summary>
public sealed record LanguageSaveOptions
{
    /// <summary>Gets how the weights are stored.</summary>
    public WeightType Type { get; init; }

    /// <summary>
    /// Gets the largest size of a file of weights; more arrays than it holds go to further files, with an index.
    /// </summary>
    public long MaxFileBytes { get; init => field = Setting.AtLeast(value, 1); } = 5_000_000_000;
}
