using Math4AI.Features.Texts;

namespace Math4AI.Features;

/// <summary>Feature maps of texts.</summary>
public static class TextFeatures
{
    private const int UsualTerms = 2000;
    private const int UsualHashes = 1024;

    /// <summary>Gets the maps of texts that formulas know by name.</summary>
    public static FeatureNames<IReadOnlyList<string>> Names { get; } = Known();

    /// <summary>
    /// Counts of words, in lower case, and of sequences of up to n words. A word is two or more letters, digits or
    /// underscores. It equals scikit-learn's <c>CountVectorizer</c>.
    /// </summary>
    /// <param name="length">n, the longest sequence, from 1 on.</param>
    /// <param name="terms">The most features: those of the terms that are most frequent in the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public static FeatureMap<IReadOnlyList<string>> Words(int length = 1, int terms = UsualTerms) =>
        new TermFeatures(areWords: true, length, terms);

    /// <summary>Counts of sequences of n characters, in lower case, with white space as one space.</summary>
    /// <param name="length">n, from 1 on.</param>
    /// <param name="terms">The most features: those of the terms that are most frequent in the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public static FeatureMap<IReadOnlyList<string>> Characters(int length = 3, int terms = UsualTerms) =>
        new TermFeatures(areWords: false, length, terms);

    /// <summary>
    /// Hashed counts of words and sequences of up to n words: no vocabulary is kept, and terms that share a place add
    /// up with signs. It equals scikit-learn's <c>HashingVectorizer</c> with <c>norm=None</c>.
    /// </summary>
    /// <param name="features">The number of places.</param>
    /// <param name="length">n, the longest sequence, from 1 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <remarks>
    /// Source: K. Weinberger et al., Feature hashing for large scale multitask learning, ICML (2009).
    /// </remarks>
    public static FeatureMap<IReadOnlyList<string>> Hashing(int features = UsualHashes, int length = 1) =>
        new HashedFeatures(features, length);

    /// <summary>
    /// Term frequencies times inverse document frequencies: <see cref="Words"/>, weighted by how rare each term is, so
    /// that each text has norm 1. It equals scikit-learn's <c>TfidfVectorizer</c>.
    /// </summary>
    /// <param name="length">n, the longest sequence of words, from 1 on.</param>
    /// <param name="terms">The most features: those of the terms that are most frequent in the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public static FeatureMap<IReadOnlyList<string>> InverseFrequency(int length = 1, int terms = UsualTerms) =>
        Words(length, terms).Then(FeatureMap.InverseFrequency());

    private static FeatureNames<IReadOnlyList<string>> Known()
    {
        var names = new FeatureNames<IReadOnlyList<string>>();
        names.Add("words", arguments => Words(arguments.WholeNumber(0, 1), arguments.WholeNumber(1, UsualTerms)));
        names.Add("tfidf", arguments =>
            InverseFrequency(arguments.WholeNumber(0, 1), arguments.WholeNumber(1, UsualTerms)));
        names.Add("characters", arguments =>
            Characters(arguments.WholeNumber(0, 3), arguments.WholeNumber(1, UsualTerms)));
        names.Add("hashing", arguments => Hashing(arguments.WholeNumber(0, UsualHashes), arguments.WholeNumber(1, 1)));
        return names;
    }
}
