using System.Globalization;

namespace Math4AI.Probability.Sampling;

/// <summary>What diagnostics say of draws, with what to do.</summary>
internal static class SamplingWarnings
{
    private const double MaxRHat = 1.01;
    private const double MinEffectivePerChain = 100.0;
    private const double MinEnergyFraction = 0.3;
    private const int MaxNames = 5;

    public static IReadOnlyList<string> Of(PosteriorDraws draws)
    {
        var warnings = new List<string>();
        int count = draws.Chains.Count * draws.Count;
        if (draws.Divergences > 0)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{draws.Divergences} of {count} draws ended in a divergence: the density bends more than the steps "
                + $"follow, and parts of it may be missing. Raise the target acceptance above "
                + $"{draws.Sampler.TargetAcceptance}, or write the model in other parameters, or give tighter "
                + $"priors."));
        }

        int deepest = draws.Chains.Sum(chain => chain.TreeDepth.Count(depth => depth >= draws.Sampler.MaxTreeDepth));
        if (deepest > 0)
        {
            warnings.Add(
                $"{deepest} of {count} trajectories reached the largest depth of {draws.Sampler.MaxTreeDepth}: the "
                + "draws hold, but cost more than they need. Parameters of one scale"
                + (draws.Sampler.IsDense(draws.Names.Count) ? " make them shorter."
                    : ", or a dense mass matrix, make them shorter."));
        }

        int[] slow = [.. Enumerable.Range(0, draws.Chains.Count).Where(i =>
            Convergence.EnergyFraction(draws.Chains[i].Energy) < MinEnergyFraction)];
        if (slow.Length > 0)
        {
            warnings.Add(
                $"The energies of {(slow.Length == 1 ? "chain" : "chains")} "
                + $"{string.Join(", ", slow.Select(i => i + 1))} "
                + $"change too slowly (E-BFMI below {MinEnergyFraction.ToString(CultureInfo.InvariantCulture)}): the "
                + "tails of the density may be missing. Write the model in other parameters.");
        }

        AddMixing(draws, warnings);
        return warnings;
    }

    /// <summary>The parameters on which the chains do not agree.</summary>
    public static string[] Apart(PosteriorDraws draws) =>
        [.. Enumerable.Range(0, draws.Names.Count).Where(j => !(Convergence.RHat(draws.Of(j)) <= MaxRHat))
            .Select(j => draws.Names[j])];

    private static void AddMixing(PosteriorDraws draws, List<string> warnings)
    {
        int[] parameters = [.. Enumerable.Range(0, draws.Names.Count)];
        string[] apart = Apart(draws);
        if (apart.Length > 0)
        {
            warnings.Add(
                $"The chains do not agree on {List(apart)} (R̂ above 1.01): do not use these draws. Draw longer; where "
                + "that does not help, the density has several modes, or the model has parameters that cannot be told "
                + "apart.");
        }

        double least = MinEffectivePerChain * draws.Chains.Count;
        string[] few = [.. parameters
            .Where(j => Math.Min(
                Convergence.BulkEffectiveSize(draws.Of(j)), Convergence.TailEffectiveSize(draws.Of(j))) < least)
            .Select(j => draws.Names[j])];
        if (few.Length > 0)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The draws of {List(few)} are worth fewer than {least} independent ones: means and quantiles are "
                + $"not exact. Draw longer."));
        }
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(MaxNames))
        + (names.Length > MaxNames ? $" and {names.Length - MaxNames} more" : string.Empty);
}
