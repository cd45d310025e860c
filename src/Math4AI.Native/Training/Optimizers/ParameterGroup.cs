using System.Globalization;
using System.IO.Enumeration;
using Math4AI.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Settings of some of the parameters of a training, chosen by name. A parameter that several groups match belongs to
/// the first of them.
/// </summary>
/// <param name="Pattern">
/// The names, as <c>named_parameters()</c> has them; * stands for any characters: <c>encoder.*</c>, or <c>*.bias</c>.
/// </param>
public sealed record ParameterGroup(string Pattern)
{
    /// <summary>Gets the factor of the rate of these parameters, more than 0.</summary>
    public double RateFactor { get; init => field = Setting.Above(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets the weight decay of these parameters, 0 or more; null for that of the training by its rule.
    /// </summary>
    public double? WeightDecay { get; init => field = Setting.AtLeast(value, 0.0); }

    /// <summary>
    /// Gets the pass, from 1, from which these parameters are trained: 1 for from the beginning, and
    /// <see cref="Frozen"/> for never. Give groups of the layers different ones to unfreeze a network gradually.
    /// </summary>
    public int FromEpoch { get; init => field = Setting.AtLeast(value, 1); } = 1;

    /// <summary>Gets the value of <see cref="FromEpoch"/> that means never.</summary>
    public static int Frozen => int.MaxValue;

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Pattern);
    }

    internal bool Has(string name) => FileSystemName.MatchesSimpleExpression(Pattern, name, ignoreCase: false);
}

/// <summary>A parameter that is trained, and its settings.</summary>
/// <param name="Name">Its name in the module.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="RateFactor">The factor of its rate.</param>
/// <param name="WeightDecay">Its weight decay.</param>
/// <param name="FromEpoch">The pass from which it is trained, from 1.</param>
internal sealed record ParameterSettings(
    string Name, Parameter Parameter, double RateFactor, double WeightDecay, int FromEpoch)
{
    /// <summary>Returns the trainable parameters of a module.</summary>
    /// <exception cref="ArgumentException">A group matches no parameter.</exception>
    public static IEnumerable<ParameterSettings> Of(nn.Module module, TrainerOptions options)
    {
        var named = module.named_parameters().ToList();
        foreach (ParameterGroup group in options.Groups)
        {
            if (!named.Any(one => group.Has(one.name)))
            {
                throw new ArgumentException(
                    $"The group '{group.Pattern}' matches no parameter; there are: "
                    + $"{string.Join(", ", named.Take(20).Select(one => one.name))}.");
            }
        }

        foreach ((string name, Parameter parameter) in named)
        {
            ParameterGroup? group = options.Groups.FirstOrDefault(one => one.Has(name));
            if (parameter.requires_grad && group?.FromEpoch != ParameterGroup.Frozen)
            {
                double decay = group?.WeightDecay ?? (options.DecayRule(name, parameter) ? options.WeightDecay : 0.0);
                yield return new ParameterSettings(
                    name, parameter, group?.RateFactor ?? 1.0, decay, group?.FromEpoch ?? 1);
            }
        }
    }

    /// <summary>
    /// Returns what a checkpoint knows these settings by; empty where they are those of the training.
    /// </summary>
    public string Describe(TrainerOptions options)
    {
        double usual = Parameter.Dimensions > 1 ? options.WeightDecay : 0.0;
        return RateFactor == 1.0 && WeightDecay == usual && FromEpoch == 1
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"{Name}: rate × {RateFactor:R}, decay {WeightDecay:R}, from "
                + $"pass {FromEpoch}");
    }
}
