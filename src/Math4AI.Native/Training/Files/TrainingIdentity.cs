namespace Math4AI.Training.Files;

/// <summary>What makes a training the one it is: a checkpoint goes on only in the same training.</summary>
internal sealed record TrainingIdentity
{
    /// <summary>Gets the name of the module.</summary>
    public string Model { get; init; } = string.Empty;

    /// <summary>Gets the number of its parameters.</summary>
    public int Parameters { get; init; }

    /// <summary>Gets the number of samples that are trained on.</summary>
    public int Samples { get; init; }

    /// <summary>Gets the number of samples that choose the weights.</summary>
    public int ValidationSamples { get; init; }

    /// <summary>Gets a hash of some of the samples.</summary>
    public string Data { get; init; } = string.Empty;

    /// <summary>Gets the settings by name; one that is missing has its default.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Returns the first difference from another training in words; null where there is none.</summary>
    public string? DifferenceFrom(TrainingIdentity now)
    {
        if ((Model, Parameters) != (now.Model, now.Parameters))
        {
            return $"the model is now {now.Model} with {now.Parameters} parameters, and was {Model} with {Parameters}";
        }

        if ((Samples, ValidationSamples, Data) != (now.Samples, now.ValidationSamples, now.Data))
        {
            return "the data differ";
        }

        IReadOnlyDictionary<string, string> defaults = new TrainerOptions().Identity();
        string Value(TrainingIdentity of, string name) => of.Settings.GetValueOrDefault(name) ?? defaults.GetValueOrDefault(name) ?? "another";
        string? changed = Settings.Keys.Union(now.Settings.Keys).FirstOrDefault(name => Value(this, name) != Value(now, name));
        return changed is null ? null : $"{changed} is now '{Value(now, changed)}', and was '{Value(this, changed)}'";
    }
}
