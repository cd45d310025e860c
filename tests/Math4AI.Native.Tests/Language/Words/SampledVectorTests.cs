using System.Text;
using Math4AI.Language.Words;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Tests.Language.Words;

public sealed unsafe class SampledVectorTests : TemporaryFolder
{
    private static readonly string[] Fruits = ["apple", "pear", "plum", "cherry"];
    private static readonly string[] Metals = ["iron", "copper", "zinc", "tin"];

    [Theory]
    [InlineData(WordMethod.SkipGram, 5)]
    [InlineData(WordMethod.ContinuousBag, 5)]
    [InlineData(WordMethod.SkipGram, 12)]
    [InlineData(WordMethod.ContinuousBag, 12)]
    public void A_step_is_the_rate_times_the_gradient_of_the_log_likelihood(WordMethod method, int negatives)
    {
        // Of two words, what is drawn against one is always the other.
        File.WriteAllText(In("text"), "a b a");
        var options = new WordVectorOptions
        {
            Method = method,
            Dimensions = 19,
            Window = 1,
            MinCount = 1,
            Negatives = negatives,
            Sample = 1.0,
        };
        var vocabulary = Vocabulary.Of(new Corpus(In("text")), 1, 10, ProcessGroup.Single, CancellationToken.None);
        using var weights = new WordWeights(2, 19);
        double[][] x = [new double[19], new double[19]], y = [new double[19], new double[19]];
        var random = new Random(1);
        for (int word = 0; word < 2; word++)
        {
            for (int i = 0; i < 19; i++)
            {
                x[word][i] = weights.Input(word)[i] = (float)(random.NextDouble() - 0.5);
                y[word][i] = weights.Target(word)[i] = (float)(random.NextDouble() - 0.5);
            }
        }

        var draws = new WordDraws(vocabulary.Counts, 0.75, 1.0);
        using var worker = new SampledWorker(vocabulary, draws, options, weights, isCounted: true);
        Assert.Equal(3, worker.Learn(Encoding.UTF8.GetBytes("a b a"), 1, 0.05f));
        foreach (int center in new[] { 0, 1, 0 })
        {
            int near = 1 - center, twice = center == 1 && method == WordMethod.SkipGram ? 2 : 1;
            for (int first = 0; first <= negatives; first += 6)
            {
                int count = Math.Min(6, negatives + 1 - first);
                double[] with = [.. Gradient(x[near], y, center, first, count).Select(g => 0.05 * g)];
                double[][] of = [.. Enumerable.Range(0, 2).Select(
                    word => TargetStep(x[near], y, center, first, count, word))];
                if (twice == 2)
                {
                    // The same word twice near another: the second finds the first one's step done.
                    double[] moved = [.. x[near].Zip(with, (a, b) => a + b)];
                    double[][] old = y;
                    double g0 = Dot(x[near], y[center]), g1 = Dot(x[near], y[near]);
                    for (int word = 0; word < 2; word++)
                    {
                        double g = StepOf(word == center ? g0 : g1, center, first, count, word);
                        y[word] = [.. old[word].Select((v, i) => v + 0.05 * g * (x[near][i] + moved[i]))];
                    }

                    x[near] = [.. moved.Zip(with, (a, b) => a + b)];
                    continue;
                }

                x[near] = [.. x[near].Zip(with, (a, b) => a + b)];
                y = [.. y.Select((row, word) => row.Zip(of[word], (a, b) => a + 0.05 * b).ToArray())];
            }
        }

        for (int word = 0; word < 2; word++)
        {
            for (int i = 0; i < 19; i++)
            {
                Assert.Equal(x[word][i], weights.Input(word)[i], 1e-5);
                Assert.Equal(y[word][i], weights.Target(word)[i], 1e-5);
            }
        }

        // Two contexts of a and two of b; a word itself and those drawn against it, three times.
        Assert.Equal([2, 2], weights.Changes[..2]);
        Assert.Equal(3 * (negatives + 1), weights.Changes[2] + weights.Changes[3]);
    }

    [Fact]
    public void Words_are_drawn_with_their_smoothed_frequencies_and_frequent_ones_are_left_out()
    {
        long[] counts = [1000, 300, 100, 30, 10, 1];
        var draws = new WordDraws(counts, 0.75, 0.05);
        ulong state = 3;
        const int Draws = 400_000;
        int[] drawn = new int[counts.Length];
        for (int i = 0; i < Draws; i++)
        {
            drawn[draws.Other(1, ref state)]++;
        }

        Assert.Equal(0, drawn[1]);
        double total = counts.Where((_, i) => i != 1).Sum(count => Math.Pow(count, 0.75));
        for (int i = 0; i < counts.Length; i++)
        {
            double share = i == 1 ? 0.0 : Math.Pow(counts[i], 0.75) / total;
            Assert.True(Math.Abs(drawn[i] - share * Draws) <= 5.0 * Math.Sqrt(share * Draws));
            double expected = 0.05 * counts.Sum() / counts[i], kept = Math.Min(1.0, Math.Sqrt(expected) + expected);
            int found = Enumerable.Range(0, 10_000).Count(_ => draws.Keeps(i, ref state));
            Assert.InRange(found, 10_000 * kept - 250, 10_000 * kept + 250);
        }
    }

    [Fact]
    public void What_threads_learned_is_the_sum_of_few_changes_and_near_the_mean_of_many()
    {
        using WordWeights beginning = Filled(1.0f, 0), one = Filled(3.0f, 2), two = Filled(6.0f, 2);
        (one.Changes[1], two.Changes[1]) = (1_000_000, 1_000_000);
        (one.Changes[2], two.Changes[2]) = (2, 0);
        (one.Changes[3], two.Changes[3]) = (0, 0);
        WordWeights.Merge(beginning, [one, two], 0, 4);
        double[] expected = [1.0 + (64.0 + 2.0) / (64.0 + 4.0) * 7.0, 4.5, 3.0, 1.0];
        for (int row = 0; row < 4; row++)
        {
            float* Place(WordWeights of) => row < 2 ? of.Input(row) : of.Target(row - 2);
            Assert.Equal(expected[row], Place(beginning)[0], 1e-3);
            if (row < 3)
            {
                Assert.Equal(Place(beginning)[0], Place(one)[0]);
                Assert.Equal(Place(beginning)[0], Place(two)[0]);
            }
        }

        Assert.All(one.Changes.Concat(two.Changes), count => Assert.Equal(0, count));
    }

    [Fact]
    public void Joined_vectors_have_the_products_of_the_best_approximation_of_both_side_by_side()
    {
        const int Words = 50, Width = 4;
        var random = new Random(6);
        float[] first = [.. Enumerable.Range(0, Words * Width).Select(_ => (float)random.NextDouble() - 0.3f)];
        float[] second = [.. Enumerable.Range(0, Words * Width).Select(_ => (float)random.NextDouble() - 0.6f)];
        float[] found = JoinedVectors.Of(first, second, Width);
        Matrix<double> Units(float[] values) =>
            DenseMatrix.Create(Words, Width, (i, j) => values[i * Width + j]).NormalizeRows(2.0);
        var svd = Units(first).Append(Units(second)).Svd();
        Matrix<double> best = svd.U.SubMatrix(0, Words, 0, Width)
            * DiagonalMatrix.OfDiagonal(Width, Width, svd.S.Take(Width));
        Matrix<double> joined = DenseMatrix.Create(Words, Width, (i, j) => found[i * Width + j]);
        Assert.True((best * best.Transpose() - joined * joined.Transpose()).FrobeniusNorm() < 1e-4);
    }

    [Theory]
    [InlineData(WordMethod.SkipGram)]
    [InlineData(WordMethod.ContinuousBag)]
    [InlineData(WordMethod.Both)]
    public void Words_of_one_topic_are_near_and_the_same_seed_gives_the_same_bits(WordMethod method)
    {
        string[] fill = ["the", "of", "and", "a", "in"];
        var random = new Random(3);
        string Word(int line) =>
            random.Next(2) == 0 ? (line % 2 == 0 ? Fruits : Metals)[random.Next(4)] : fill[random.Next(5)];
        File.WriteAllLines(In("topics"), Enumerable.Range(0, 20_000).Select(
            line => string.Join(' ', Enumerable.Range(0, 8).Select(_ => Word(line)))));
        var options = new WordVectorOptions
        {
            Method = method,
            Dimensions = 10,
            Window = 3,
            MinCount = 1,
            Epochs = 2,
            Sample = 1.0,
        };
        WordVectors vectors = WordVectors.Train(In("topics"), options);
        Assert.Equal(vectors.Values, WordVectors.Train(In("topics"), options).Values);
        Assert.NotEqual(
            vectors.Values.ToArray(), WordVectors.Train(In("topics"), options with { Seed = 2 }).Values.ToArray());
        foreach (WordVectors found in new[] { vectors, WordVectors.Train(In("topics"), options with { Fast = true }) })
        {
            Assert.Equal(["cherry", "pear", "plum"], found.Near("apple", 3).Select(near => near.Word).Order());
            Assert.Equal("zinc", found.Odd(["apple", "pear", "zinc", "plum"]));
        }
    }

    [Fact]
    public void Settings_that_are_not_possible_are_refused()
    {
        File.WriteAllText(In("text"), "a b c d");
        foreach (Func<WordVectorOptions> wrong in new Func<WordVectorOptions>[]
        {
            () => new() { Negatives = 0 }, () => new() { Negatives = 1001 },
            () => new() { Epochs = 0 }, () => new() { LearningRate = -1.0 },
            () => new() { LearningRate = double.NaN }, () => new() { Sample = 0.0 }, () => new() { Sample = 2.0 },
        })
        {
            Assert.ThrowsAny<ArgumentException>(
                () => WordVectors.Train(In("text"), wrong() with { Method = WordMethod.SkipGram, MinCount = 1 }));
        }

        // One word has no other to be told from.
        File.WriteAllText(In("one"), "a a a a a");
        Assert.Throws<InvalidDataException>(
            () => WordVectors.Train(In("one"), new() { Method = WordMethod.SkipGram, MinCount = 1, Dimensions = 1 }));
    }

    private static WordWeights Filled(float value, int changes)
    {
        var weights = new WordWeights(2, 3);
        for (int word = 0; word < 2; word++)
        {
            new Span<float>(weights.Input(word), 3).Fill(value);
            new Span<float>(weights.Target(word), 3).Fill(value);
        }

        Array.Fill(weights.Changes, changes);
        return weights;
    }

    /// <summary>The gradient by the input of the sum over some of the targets: the word itself is the first.</summary>
    private static double[] Gradient(double[] x, double[][] y, int center, int first, int count) =>
        [.. x.Select((_, i) => Enumerable.Range(0, 2).Sum(
            word => StepOf(Dot(x, y[word]), center, first, count, word) * y[word][i]))];

    private static double[] TargetStep(double[] x, double[][] y, int center, int first, int count, int word)
    {
        double g = StepOf(Dot(x, y[word]), center, first, count, word);
        return [.. x.Select(value => g * value)];
    }

    /// <summary>Σ (label − σ(dot)) over how often the word is among the targets.</summary>
    private static double StepOf(double dot, int center, int first, int count, int word)
    {
        double sigmoid = 1.0 / (1.0 + Math.Exp(-dot));
        return word == center ? (first == 0 ? 1.0 - sigmoid : 0.0) : -(first == 0 ? count - 1 : count) * sigmoid;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
