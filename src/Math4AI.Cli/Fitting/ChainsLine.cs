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
        string each = string.Join(", ", value.Chains.Select((chain, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"chain {i + 1} {100.0 * chain.Share:0} %{(chain.IsWarmingUp ? " warming up" : string.Empty)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"posterior {100.0 * value.Share:0} %: {each}{(divergences == 0 ? "" : $"; {divergences} divergences")}");
    }
}
