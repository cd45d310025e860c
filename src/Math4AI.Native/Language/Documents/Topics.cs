using Math4AI.Features;
using Math4AI.Unsupervised.Factors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Language.Documents;

/// <summary>A word of a topic.</summary>
/// <param name="Word">The word.</param>
/// <param name="Weight">Its weight; the heaviest word of the topic has 1.</param>
public sealed record TopicWord(string Word, double Weight);

/// <summary>What a group of texts is about.</summary>
/// <param name="Words">Its words, the heaviest first.</param>
/// <param name="Share">The topic's mean share of the texts.</param>
/// <param name="Texts">The places of the texts that have most of it, the first first.</param>
public sealed record Topic(IReadOnlyList<TopicWord> Words, double Share, IReadOnlyList<int> Texts);

/// <summary>
/// The topics of a collection of texts: the frequencies of terms, weighted by inverse frequency, as sums of topics
/// without negative numbers, X ≈ W H (<see cref="NonnegativeFactorization"/>). Sources: D. D. Lee and H. S. Seung,
/// Nature 401 (1999); W. Xu, X. Liu and Y. Gong, SIGIR (2003).
/// </summary>
public sealed class Topics
{
    private readonly FittedFeatures<IReadOnlyList<string>> features;
    private readonly bool[] isLeftOut;
    private readonly NonnegativeFactorizationFit fit;
    private readonly int[] order;

    private Topics(
        IReadOnlyList<string> texts, FittedFeatures<IReadOnlyList<string>> features, bool[] isLeftOut,
        NonnegativeFactorizationFit fit)
    {
        (this.features, this.isLeftOut, this.fit) = (features, isLeftOut, fit);
        order = [.. Enumerable.Range(0, fit.Parts.RowCount)];
        Shares = SharesOf(texts);
        double[] means = [.. Shares.ColumnSums().Select(sum => sum / texts.Count)];
        order = [.. order.OrderByDescending(topic => means[topic])];
        Shares = SharesOf(texts);
        All = [.. order.Select((part, topic) => Describe(part, topic, means[part]))];
    }

    /// <summary>Gets the topics, the one with the largest share first.</summary>
    public IReadOnlyList<Topic> All { get; }

    /// <summary>
    /// Gets the share of each topic in each text, texts × topics; rows sum to 1, or to 0 for a text without a known
    /// word.
    /// </summary>
    public Matrix<double> Shares { get; }

    /// <summary>Gets what to know before the topics are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => fit.Warning;

    /// <summary>Finds topics.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="count">The number of topics.</param>
    /// <param name="terms">The most terms: those that are most frequent.</param>
    /// <param name="maxShare">
    /// Terms in a larger share of the texts than this tell no topics apart, and are left out.
    /// </param>
    /// <param name="seed">The seed of the start.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">There are too few texts or terms for so many topics.</exception>
    public static Topics Of(
        IReadOnlyList<string> texts, int count, int terms = 2000, double maxShare = 0.5, int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(maxShare is > 0.0 and <= 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(maxShare), maxShare, "A share is above 0 and at most 1.");
        }

        FittedFeatures<IReadOnlyList<string>> features =
            TextFeatures.Words(1, terms).Then(FeatureMap.InverseFrequency()).Fit(texts);
        Matrix<double> frequencies = features.Apply(texts);
        bool[] isLeftOut =
        [
            .. frequencies.EnumerateColumns()
                .Select(column => column.Count(value => value > 0.0) > maxShare * texts.Count),
        ];
        int left = isLeftOut.Count(isOut => !isOut);
        if (count > Math.Min(left, texts.Count))
        {
            throw new ArgumentException(
                $"{texts.Count} texts of {left} terms that tell them apart have no {count} topics: ask for fewer.");
        }

        return new Topics(texts, features, isLeftOut, new NonnegativeFactorization(count) { Seed = seed }
            .Fit(WithoutCommon(frequencies, isLeftOut), cancellation));
    }

    /// <summary>Returns the share of each topic in other texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>Texts × topics, as <see cref="Shares"/>.</returns>
    public Matrix<double> SharesOf(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Matrix<double> amounts = fit.Transform(WithoutCommon(features.Apply(texts), isLeftOut));
        double[] sums = [.. amounts.RowSums()];
        return Matrix<double>.Build.Dense(
            amounts.RowCount, amounts.ColumnCount,
            (i, topic) => sums[i] > 0.0 ? amounts[i, order[topic]] / sums[i] : 0.0);
    }

    private static Matrix<double> WithoutCommon(Matrix<double> frequencies, bool[] isLeftOut) =>
        frequencies.MapIndexed((_, term, value) => isLeftOut[term] ? 0.0 : value, Zeros.Include);

    private Topic Describe(int part, int topic, double share)
    {
        // The iteration approaches zeros, and does not reach all of them.
        const double Negligible = 1e-6;
        const int Shown = 10;
        IReadOnlyList<string> names = features.Names([]);
        Vector<double> weights = fit.Parts.Row(part);
        double most = weights.Maximum();
        Vector<double> shares = Shares.Column(topic);
        return new Topic(
            [
                .. weights.Index().Where(pair => pair.Item > Negligible * most).OrderByDescending(pair => pair.Item)
                    .Take(Shown).Select(pair => new TopicWord(names[pair.Index], pair.Item / most)),
            ],
            share,
            [
                .. shares.Index().Where(pair => pair.Item > Negligible).OrderByDescending(pair => pair.Item)
                    .Take(Shown).Select(pair => pair.Index),
            ]);
    }
}
