using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>What makes a training the one it is: a checkpoint goes on only in the same training.</summary>
internal sealed record TrainingIdentity
{
    /// <summary>
    /// Gets the classes of the module's parts, and the types and shapes of its parameters and buffers, by name.
    /// </summary>
    public IReadOnlyDictionary<string, string> Structure { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the number of samples that are trained on.</summary>
    public int Samples { get; init; }

    /// <summary>Gets the number of samples that choose the weights.</summary>
    public int ValidationSamples { get; init; }

    /// <summary>Gets a hash of some of the samples.</summary>
    public string Data { get; init; } = string.Empty;

    /// <summary>Gets the settings by name; one that is missing has its default.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Describes a module.</summary>
    public static IReadOnlyDictionary<string, string> StructureOf(nn.Module module)
    {
        var structure = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the module"] = module.GetType().Name,
        };
        foreach ((string name, nn.Module part) in module.named_modules())
        {
            structure[name] = part.GetType().Name;
        }

        foreach ((string name, Tensor tensor) in ModuleState.TensorsOf(module))
        {
            structure[name] = $"{tensor.dtype} ({string.Join(", ", tensor.shape)})";
        }

        return structure;
    }

    /// <summary>Returns the first difference from another training in words; null where there is none.</summary>
    /// <param name="now">The other training.</param>
    /// <param name="mayBeLonger">Whether the other may have more steps.</param>
    public string? DifferenceFrom(TrainingIdentity now, bool mayBeLonger)
    {
        if (First(Structure, now.Structure, "nothing") is { } part)
        {
            return part;
        }

        if ((Samples, ValidationSamples, Data) != (now.Samples, now.ValidationSamples, now.Data))
        {
            return Samples == now.Samples && ValidationSamples == now.ValidationSamples
                ? "the data differ"
                : $"the data differ: there are now {now.Samples} samples and {now.ValidationSamples} of the validation "
                    + $"part, and there were {Samples} and {ValidationSamples}";
        }

        IReadOnlyDictionary<string, string> defaults = new TrainerOptions().Identity();
        Dictionary<string, string> Complete(TrainingIdentity of) => of.Settings.Keys.Union(defaults.Keys)
            .Where(name => !mayBeLonger || name is not ("epochs" or "steps"))
            .ToDictionary(name => name, name => of.Settings.GetValueOrDefault(name) ?? defaults[name]);
        string? setting = First(Complete(this), Complete(now), "another");
        bool isLength = setting is not null && (setting.StartsWith("epochs", StringComparison.Ordinal)
            || setting.StartsWith("steps", StringComparison.Ordinal));
        return isLength ? $"{setting}; set CheckpointOptions.Extend to train for longer" : setting;
    }

    private static string? First(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now, string absent) =>
        before.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Select(name => $"{name} is now '{now.GetValueOrDefault(name) ?? absent}', and was "
                + $"'{before.GetValueOrDefault(name) ?? absent}'")
            .FirstOrDefault();
}
