using Math4AI.Probability.Sampling;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents the posterior of groups that learn from each other: each group has its own value of a pooled parameter,
/// θ_g ~ N(μ, τ²), and μ and τ, called <c>theta.mean</c> and <c>theta.sd</c>, are estimated with them. A group with few
/// samples is drawn to the others as far as τ says that they are alike. Source: A. Gelman et al., "Bayesian Data
/// Analysis", 3rd ed., chapter 5.
/// </summary>
public sealed class HierarchicalPosterior
{
    // Groups below which a flat prior of τ has no finite integral.
    private const int MinGroups = 3;

    private HierarchicalPosterior(
        GroupedProblem problem, IReadOnlyList<string> pooled, PosteriorDraws draws, bool isCentered,
        IReadOnlyDictionary<string, double> alone, IReadOnlyList<string> notes) =>
        (Problem, Pooled, Draws, IsCentered, Alone, Notes) = (problem, pooled, draws, isCentered, alone, notes);

    /// <summary>Gets the problem.</summary>
    public GroupedProblem Problem { get; }

    /// <summary>Gets the pooled parameters.</summary>
    public IReadOnlyList<string> Pooled { get; }

    /// <summary>
    /// Gets the draws: <c>theta.mean</c> and <c>theta.sd</c> of each pooled parameter, what is shared, and
    /// <c>theta[group]</c> of each group.
    /// </summary>
    public PosteriorDraws Draws { get; }

    /// <summary>Gets whether the chains moved in θ_g; they moved in (θ_g − μ)/τ otherwise.</summary>
    public bool IsCentered { get; }

    /// <summary>
    /// Gets the estimates of each group by its own samples, by the names that the draws have, such as
    /// <c>theta[group]</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Alone { get; }

    /// <summary>Gets what must be known besides the draws, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Samples the posterior.</summary>
    /// <param name="problem">
    /// The groups; its shared parameters have one value, and those that are neither shared nor pooled each group's own.
    /// </param>
    /// <param name="pooled">The parameters with a common normal prior.</param>
    /// <param name="priors">
    /// Priors by name: <c>theta.mean</c>, <c>theta.sd</c>, parameters that are not pooled, and <c>sigma</c>. Null for
    /// none.
    /// </param>
    /// <param name="sampler">The settings; null for 4 chains of 1000 draws.</param>
    /// <param name="isCentered">
    /// Whether the chains move in θ_g. Null lets the data choose: they do where each group determines its parameters
    /// well beside τ, its own error below 0.65 of the deviation of the groups' estimates.
    /// </param>
    /// <param name="start">A value for each parameter of the model, the same for all groups; null to search.</param>
    /// <param name="progress">Receives the share of all steps that is done, 0 … 1.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A pooled parameter is unknown, shared, fixed, bounded or has a prior, or a prior is for no parameter.
    /// </exception>
    /// <exception cref="InvalidOperationException">The posterior is improper.</exception>
    public static HierarchicalPosterior Sample(
        GroupedProblem problem,
        IReadOnlyList<string> pooled,
        IReadOnlyDictionary<string, Prior>? priors = null,
        NutsSampler? sampler = null,
        bool? isCentered = null,
        IReadOnlyDictionary<string, double>? start = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(pooled);
        priors ??= new Dictionary<string, Prior>();
        var groups = new PooledGroups(problem, pooled, priors);
        if (groups.Names.Length < MinGroups
            && pooled.FirstOrDefault(name => !priors.ContainsKey(PooledDensity.DeviationOf(name))) is { } open)
        {
            throw new InvalidOperationException(
                $"With {groups.Names.Length} groups the posterior of '{PooledDensity.DeviationOf(open)}' is improper "
                + "without a prior: give it one, such as half_normal of the size of the differences.");
        }

        PooledStart found = groups.Start(start, cancellation);
        bool centered = isCentered ?? found.IsInformative(groups.Density(isCentered: true));
        PooledDensity density = groups.Density(centered);
        (double[] near, double[] errors) = found.Of(density);
        IReadOnlyList<string> notes = groups.CheckProper(found, cancellation);

        // Not from the mode: it is where τ is 0 in one form, may be where τ is infinite in the other, and says nothing
        // about where the density lies.
        SamplingStart from = PosteriorStart.Near(density, near, errors);
        PosteriorDraws draws = Natural(
            density, (sampler ?? new NutsSampler()).Sample(density, from, progress, cancellation));
        string[] flat = [.. draws.Names.Where(name => !groups.HasPrior(name))];
        return new HierarchicalPosterior(problem, pooled, draws, centered, found.Values,
        [
            .. flat.Length == 0 ? Array.Empty<string>() : [$"Flat, without a prior: {string.Join(", ", flat)}."],
            .. notes,
            .. draws.Warnings,
        ]);
    }

    /// <summary>The same draws with θ_g in the place of (θ_g − μ)/τ.</summary>
    private static PosteriorDraws Natural(PooledDensity density, PosteriorDraws draws)
    {
        int extra = 2 * density.Pooled.Count;
        double[] at = new double[density.Names.Count], natural = new double[at.Length - extra];
        foreach (ChainDraws chain in draws.Chains)
        {
            for (int s = 0; s < chain.Count; s++)
            {
                for (int j = 0; j < at.Length; j++)
                {
                    at[j] = chain.Values[j][s];
                }

                density.ToNatural(at, natural);
                for (int i = 0; i < natural.Length; i++)
                {
                    chain.Values[extra + i][s] = natural[i];
                }
            }
        }

        return new PosteriorDraws(draws.Names, draws.Chains, draws.Sampler, draws.Start);
    }
}
