using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>How vectors of words are found.</summary>
public enum WordMethod
{
    /// <summary>By the singular vectors of the positive pointwise mutual information.</summary>
    MutualInformation,

    /// <summary>Each word near a word tells it from words drawn at random.</summary>
    SkipGram,

    /// <summary>The mean of the words near a word tells it from words drawn at random.</summary>
    ContinuousBag,

    /// <summary>
    /// Vectors of the mutual information beside those of <see cref="SkipGram"/>, all of length 1, in the directions in
    /// which both together are greatest.
    /// </summary>
    Both,
}

/// <summary>The settings of <see cref="WordVectors.Train"/>.</summary>
public sealed record WordVectorOptions
{
    /// <summary>Gets how the vectors are found.</summary>
    public WordMethod Method { get; init; } = WordMethod.MutualInformation;

    /// <summary>
    /// Gets whether the text is as printed: words are taken in lower case and without punctuation, and sentences end
    /// at stops, question and exclamation marks and empty lines. Otherwise a word is what stands between spaces, and
    /// the end of a line is that of a sentence.
    /// </summary>
    public bool PlainWords { get; init; }

    /// <summary>Gets the numbers of a vector.</summary>
    public int Dimensions { get; init => field = Setting.AtLeast(value, 1); } = 100;

    /// <summary>
    /// Gets the greatest distance of two words of a line that count as a pair: with the weight 1/distance for the
    /// mutual information, and otherwise within a distance drawn from 1 to this one at each word.
    /// </summary>
    public int Window { get; init => field = Setting.Within(value, 1, PairCounts.Unit); } = 8;

    /// <summary>Gets how often a word must occur.</summary>
    public int MinCount { get; init => field = Setting.AtLeast(value, 1); } = 5;

    /// <summary>Gets the most words, the most frequent first.</summary>
    public int MaxWords { get; init => field = Setting.AtLeast(value, 2); } = 400_000;

    /// <summary>
    /// Gets α: contexts count, and words are drawn at random, with the power α of their frequency, so that rare ones do
    /// not stand out.
    /// </summary>
    public double Smoothing { get; init => field = Setting.Share(value); } = 0.75;

    /// <summary>Gets k, whose logarithm is taken off: 1 for nothing.</summary>
    public double Shift { get; init => field = Setting.AtLeast(value, 1.0); } = 1.0;

    /// <summary>Gets the power of the singular values that scale the vectors.</summary>
    public double Power { get; init => field = Setting.Within(value, 0.0, 1.0); } = 0.6;

    /// <summary>
    /// Gets the weight with which a word's vector as a context is added to its own: similar meanings gain by it,
    /// analogies of grammar lose.
    /// </summary>
    public double ContextWeight { get; init => field = Setting.AtLeast(value, 0.0); } = 0.5;

    /// <summary>Gets how many words drawn at random stand against each word that is near.</summary>
    public int Negatives { get; init => field = Setting.Within(value, 1, 1000); } = 5;

    /// <summary>Gets how often <see cref="WordMethod.SkipGram"/> and its like read the text to learn from it.</summary>
    public int Epochs { get; init => field = Setting.AtLeast(value, 1); } = 10;

    /// <summary>
    /// Gets the learning rate at the beginning, which falls linearly to a hundredth; 0 for 0.025 for
    /// <see cref="WordMethod.SkipGram"/> and 0.075 for <see cref="WordMethod.ContinuousBag"/>.
    /// </summary>
    public double LearningRate { get; init => field = Setting.Below(value, 0.0, 10.0); }

    /// <summary>
    /// Gets t: of the occurrences of a word with the frequency f, the share √(t/f) + t/f is learned from, or all.
    /// </summary>
    public double Sample { get; init => field = Setting.Share(value); } = 1e-3;

    /// <summary>
    /// Gets whether all threads change the same vectors at once without waiting for each other: faster with many
    /// threads, and the bits differ from run to run. Otherwise each has its own, which are put together regularly.
    /// </summary>
    public bool Fast { get; init; }

    /// <summary>Gets the seed of what is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the counting and the decomposition of
    /// <see cref="WordMethod.MutualInformation"/>, each with the same text and settings; the vectors have the bits of
    /// one process. The default is this process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is not possible; the message names it.</exception>
    public void Validate()
    {
        if (Processes.Count > 1 && Method != WordMethod.MutualInformation)
        {
            throw new ArgumentException(
                "Skip-gram and cbow learn from one pair of words after the other, in one process: count pairs (method "
                + "ppmi), or start one process.");
        }
    }
}
