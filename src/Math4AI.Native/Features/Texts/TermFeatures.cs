using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Texts;

/// <summary>Counts of the terms that were most frequent in the training, in alphabetical order.</summary>
internal sealed class TermFeatures : FeatureMap<IReadOnlyList<string>>
{
    private const string Vocabulary = "terms";

    private readonly bool areWords;
    private readonly int length;
    private readonly int terms;

    public TermFeatures(bool areWords, int length, int terms)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms, 1);
        (this.areWords, this.length, this.terms) = (areWords, length, terms);
    }

    public override string Formula => $"{(areWords ? "words" : "characters")}:{length}:{terms}";

    public override FittedFeatures<IReadOnlyList<string>> Fit(IReadOnlyList<string> training)
    {
        ArgumentNullException.ThrowIfNull(training);
        string[] vocabulary =
        [
            .. training.SelectMany(TermsOf).GroupBy(term => term, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
                .Take(terms)
                .Select(group => group.Key).Order(StringComparer.Ordinal),
        ];
        return vocabulary.Length > 0
            ? new Fitted(this, vocabulary)
            : throw new ArgumentException($"The {training.Count} texts hold no "
                + $"{(areWords ? "word of two letters or more" : $"{length} characters")}.");
    }

    public override FittedFeatures<IReadOnlyList<string>> Restore(FeatureState state) =>
        new Fitted(this, state.TextsOf(Vocabulary));

    private IEnumerable<string> TermsOf(string text) =>
        areWords ? Terms.Words(text, length) : Terms.Characters(text, length);

    private sealed class Fitted(TermFeatures map, string[] vocabulary) : FittedFeatures<IReadOnlyList<string>>
    {
        private readonly Dictionary<string, int> places =
            vocabulary.Select((term, place) => (term, place)).ToDictionary(StringComparer.Ordinal);

        public override FeatureState State =>
            FeatureState.Empty with { Texts = new Dictionary<string, string[]> { [Vocabulary] = vocabulary } };

        public override Matrix<double> Apply(IReadOnlyList<string> samples)
        {
            ArgumentNullException.ThrowIfNull(samples);
            Matrix<double> counts = Matrix<double>.Build.Dense(samples.Count, vocabulary.Length);
            for (int i = 0; i < samples.Count; i++)
            {
                foreach (string term in map.TermsOf(samples[i]))
                {
                    if (places.TryGetValue(term, out int place))
                    {
                        counts[i, place]++;
                    }
                }
            }

            return counts;
        }

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) => vocabulary;
    }
}
