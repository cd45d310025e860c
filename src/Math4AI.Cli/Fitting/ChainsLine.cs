using System.Globalization;
using Math4AI.Probability.Sampling;

namespace Math4AI.Cli.Fitting;

/// <summary>How far each chain of a posterior is, on the line of progress.</summary>
internal sealed class ChainsLine(ProgressLine line) : IProgress<SamplingProgress>
{
    public void Report(SamplingProgress value) => line.Show(Text(value));

    /// <summary>The text of the line.</summary>
    public static string Text(SamplingProgress value)
    {
        int divergences = value.Chains.Sum(chain => chain.Divergences);
        bool anyWarmsUp = value.Chains.Any(chain => chain.IsWarmingUp);
        string each = string.Join(", ", value.Chains.Select(chain => string.Create(
            CultureInfo.InvariantCulture, $"{100.0 * chain.Share:0}{(chain.IsWarmingUp ? "*" : string.Empty)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"posterior {100.0 * value.Share:0} %: chains {each} %{(anyWarmsUp ? " (* warms up)" : string.Empty)}")
            + (divergences == 0 ? string.Empty : $"; {divergences} divergences");
    }
}
