using System.Numerics.Tensors;
using Math4AI.Features;
using Math4AI.Features.Texts;
using Math4AI.Language.Words;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Language.Documents;

/// <summary>A text of a collection and how near it is.</summary>
/// <param name="Text">Its place in the collection, from 0.</param>
/// <param name="Similarity">The cosine of the angle between the vectors, from −1 to 1.</param>
public sealed record TextNeighbor(int Text, double Similarity);

/// <summary>
/// The texts of a collection as vectors, so that texts about the same have vectors in similar directions, and others
/// are compared with them. Words are those of <see cref="TextFeatures.Words"/>: two letters or more, in lower case.
/// </summary>
public sealed class DocumentVectors
{
    /// <summary>Singular values of frequencies fall slowly: the subspace needs more passes than usual.</summary>
    private const int Passes = 8;

    private readonly Func<IReadOnlyList<string>, Matrix<double>> embed;

    private DocumentVectors(IReadOnlyList<string> texts, Func<IReadOnlyList<string>, Matrix<double>> embed)
    {
        this.embed = embed;
        Vectors = Units(embed(texts));
    }

    /// <summary>
    /// Gets the vectors of the collection, texts × dimensions, of length 1; 0 for a text without a known word.
    /// </summary>
    public Matrix<double> Vectors { get; }

    /// <summary>
    /// Finds vectors by latent semantic analysis: x ↦ x V with the frequencies of terms x, weighted by inverse
    /// frequency (<see cref="FeatureMap.InverseFrequency"/>), and their leading right singular vectors V. Source: S.
    /// Deerwester et al., Journal of the American Society for Information Science 41 (1990).
    /// </summary>
    /// <param name="texts">The collection.</param>
    /// <param name="dimensions">
    /// The numbers of a vector, at most the texts and the terms; null for 100, or as many as there are.
    /// </param>
    /// <param name="terms">The most terms: those that are most frequent.</param>
    /// <param name="seed">The seed of the random subspace that V is found from.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">There are too few texts or terms.</exception>
    public static DocumentVectors OfTerms(
        IReadOnlyList<string> texts, int? dimensions = null, int terms = 2000, int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        const int Usual = 100;
        FittedFeatures<IReadOnlyList<string>> features =
            TextFeatures.Words(1, terms).Then(FeatureMap.InverseFrequency()).Fit(texts);
        Matrix<double> frequencies = features.Apply(texts);
        int most = Math.Min(frequencies.RowCount, frequencies.ColumnCount);
        int wanted = dimensions ?? Math.Min(Usual, most);
        if (wanted < 1 || wanted > most)
        {
            throw new ArgumentException(
                $"{frequencies.RowCount} texts of {frequencies.ColumnCount} terms have from 1 to {most} dimensions, "
                + $"and not {wanted}.");
        }

        Matrix<double> directions = RandomizedSvd.Of(
            new MatrixSampleSource(frequencies), wanted, Passes, seed, cancellation).RightVectors;
        return new DocumentVectors(texts, some => features.Apply(some) * directions);
    }

    /// <summary>
    /// Finds vectors as means of the vectors of words with the weights a / (a + p), where p is a word's share of the
    /// words of the collection, without the direction that all have in common. Source: S. Arora, Y. Liang and T. Ma,
    /// "A simple but tough-to-beat baseline for sentence embeddings", ICLR (2017).
    /// </summary>
    /// <param name="texts">The collection, two texts or more.</param>
    /// <param name="words">The vectors of words; other words are left out.</param>
    /// <param name="weight">a: the smaller, the less do frequent words count.</param>
    /// <exception cref="ArgumentException">There are too few texts, or no word is known.</exception>
    public static DocumentVectors OfWords(IReadOnlyList<string> texts, WordVectors words, double weight = 1e-3)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        double[] counts = new double[words.Words.Count];
        foreach (int word in texts.SelectMany(text => Known(text, words)))
        {
            counts[word]++;
        }

        double all = counts.Sum();
        if (texts.Count < 2 || all == 0.0)
        {
            throw new ArgumentException(
                $"{texts.Count} texts with {all} words that have vectors are no collection to compare with.");
        }

        double[] weights = [.. counts.Select(count => weight / (weight + count / all))];
        Matrix<double> means = Means(texts, words, weights);
        Vector<double> common = RandomizedSvd.Of(new MatrixSampleSource(means), 1).RightVectors.Column(0);
        return new DocumentVectors(texts, some =>
        {
            Matrix<double> plain = Means(some, words, weights);
            return plain - (plain * common).OuterProduct(common);
        });
    }

    /// <summary>Returns the vector of any text, of length 1; 0 without a known word.</summary>
    /// <param name="text">The text.</param>
    public Vector<double> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Units(embed([text])).Row(0);
    }

    /// <summary>Returns the texts of the collection that are nearest to a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">No word of the text is known.</exception>
    public IReadOnlyList<TextNeighbor> Near(string text, int count = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Vector<double> vector = Of(text);
        return vector.L2Norm() > 0.0
            ? [.. Sorted(Vectors * vector).Take(count)]
            : throw new ArgumentException("The text has no word that the collection knows.");
    }

    /// <summary>Returns the other texts of the collection that are nearest to one of it.</summary>
    /// <param name="text">Its place.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such text.</exception>
    public IReadOnlyList<TextNeighbor> Near(int text, int count = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(text, Vectors.RowCount);
        return [.. Sorted(Vectors * Vectors.Row(text)).Where(near => near.Text != text).Take(count)];
    }

    private static IOrderedEnumerable<TextNeighbor> Sorted(Vector<double> similarities) => similarities
        .Select((similarity, text) => new TextNeighbor(text, similarity)).OrderByDescending(near => near.Similarity);

    private static IEnumerable<int> Known(string text, WordVectors words) =>
        Terms.Words(text, 1).Select(words.Find).Where(word => word >= 0);

    private static Matrix<double> Means(IReadOnlyList<string> texts, WordVectors words, double[] weights)
    {
        int dimensions = words.Dimensions;
        var means = Matrix<double>.Build.Dense(texts.Count, dimensions);
        float[] sum = new float[dimensions];
        for (int i = 0; i < texts.Count; i++)
        {
            Array.Clear(sum);
            int count = 0;
            foreach (int word in Known(texts[i], words))
            {
                TensorPrimitives.MultiplyAdd(
                    words.Values.Slice(word * dimensions, dimensions), (float)weights[word], sum, sum);
                count++;
            }

            for (int j = 0; j < dimensions && count > 0; j++)
            {
                means[i, j] = sum[j] / (double)count;
            }
        }

        return means;
    }

    /// <summary>Brings rows to length 1, but for those that are zero to rounding.</summary>
    private static Matrix<double> Units(Matrix<double> rows)
    {
        double[] lengths = [.. rows.RowNorms(2.0)];
        double least = 1e-12 * lengths.DefaultIfEmpty(0.0).Max();
        return rows.MapIndexed((i, _, value) => lengths[i] > least ? value / lengths[i] : 0.0, Zeros.Include);
    }
}
