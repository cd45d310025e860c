using System.Globalization;
using System.Numerics;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// How a step is made of a gradient. An optimizer is a value, its settings; what it remembers from step to step belongs
/// to the training. For one of your own, derive from <see cref="ElementwiseOptimizer"/>.
/// </summary>
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>Gets the optimizers that have a name, with their default settings.</summary>
    public static IReadOnlyDictionary<string, Optimizer> Named { get; } = new Dictionary<string, Optimizer>
    {
        ["adamw"] = new AdamW(),
        ["sgd"] = new Sgd(),
        ["muon"] = new Muon(),
        ["lbfgs"] = new Lbfgs(),
    };

    /// <summary>
    /// Returns the trainer's settings that suit this optimizer, from those that suit the data: by default the same.
    /// </summary>
    /// <param name="defaults">The settings that suit the data.</param>
    public virtual TrainerOptions SettingsFrom(TrainerOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return defaults with { Optimizer = this };
    }

    /// <summary>Gets whether each step takes the whole training part, in pieces of the batch size.</summary>
    internal virtual bool TakesWholePart => false;

    /// <summary>Takes the parameters of a module over.</summary>
    internal OptimizerRun Begin(torch.nn.Module module, TrainerOptions options) =>
        ParameterSettings.Of(module, options).Any(
            one => one.Parameter.dtype is torch.ScalarType.Float64 or torch.ScalarType.ComplexFloat64)
            ? Begin<double>(module, options)
            : Begin<float>(module, options);

    /// <summary>Takes the parameters of a module over, to step them as numbers of one type.</summary>
    internal abstract OptimizerRun Begin<T>(torch.nn.Module module, TrainerOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Throws where a setting is out of range.</summary>
    internal virtual void Check()
    {
    }

    /// <summary>
    /// Names an optimizer and the settings that differ from their defaults: what a checkpoint knows it by, so that a
    /// setting that is new does not part it from what was saved before.
    /// </summary>
    private protected static string Describe(
        string name, params IEnumerable<(string Name, IFormattable Value, IFormattable Default)> settings) =>
        string.Join(' ', settings.Where(setting => !setting.Value.Equals(setting.Default))
            .Select(setting => $"{setting.Name}={setting.Value.ToString(null, CultureInfo.InvariantCulture)}")
            .Prepend(name));
}
