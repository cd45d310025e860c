using System.IO.Compression;
using Math4AI.Language.Words;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Tests.Language.Words;

public sealed class WordVectorTests : TemporaryFolder
{
    private static readonly WordVectorOptions Small = new() { MinCount = 1, Dimensions = 4, Window = 3 };

    [Fact]
    public void Pairs_are_those_of_a_count_by_hand_also_of_rare_words_and_in_gzip()
    {
        // More words than the triangle of frequent ones holds.
        var random = new Random(2);
        string[][] lines = [.. Enumerable.Range(0, 3000).Select(_ => Enumerable.Range(0, 1 + random.Next(12))
            .Select(_ => $"w{(int)(6000 * Math.Pow(random.NextDouble(), 2.0))}é").ToArray())];
        string plain = In("text"), zip = In("text.gz");
        File.WriteAllText(plain, string.Join("\r\n", lines.Select(line => string.Join("  ", line))));
        using (FileStream source = File.OpenRead(plain))
        using (var target = new GZipStream(File.Create(zip), CompressionMode.Compress))
        {
            source.CopyTo(target);
        }

        var counts = lines.SelectMany(line => line).CountBy(word => word).ToDictionary();
        foreach (string path in new[] { plain, zip })
        {
            var vocabulary = Vocabulary.Of(new Corpus(path), 2, 100_000, ProcessGroup.Single, CancellationToken.None);
            string[] words = [.. vocabulary.Words];
            Assert.True(words.Length > 4096 / 2);
            Assert.Equal(counts.Values.Sum(), vocabulary.Total);
            Assert.Equal(counts.Where(pair => pair.Value >= 2).Select(pair => pair.Key).Order(), words.Order());
            Assert.Equal(words.Select(word => (long)counts[word]), vocabulary.Counts);
            Assert.Equal(vocabulary.Counts.OrderDescending(), vocabulary.Counts);
            AssertCounts(
                ByHand(lines, words, 4),
                PairCounts.Of(new Corpus(path), vocabulary, 4, ProcessGroup.Single, CancellationToken.None));
        }

        Vocabulary few = Vocabulary.Of(new Corpus(plain), 1, 10, ProcessGroup.Single, CancellationToken.None);
        Assert.Equal(10, few.Words.Count);
        AssertCounts(
            ByHand(lines, [.. few.Words], 2),
            PairCounts.Of(new Corpus(plain), few, 2, ProcessGroup.Single, CancellationToken.None));
    }

    [Fact]
    public void Words_lie_along_an_axis_and_in_a_plane_as_their_vectors_do()
    {
        float[] values = [1, 0, 0, 2, 0, 0.1f, 0, 3, 0.1f, 1, 1, 0, -1, 1, 0, 1, -2, 0];
        var vectors = new WordVectors(["he", "he2", "she", "both", "left", "right"], values);
        float Cosine(int word)
        {
            float[] v = values[(3 * word)..(3 * word + 3)], he = [1, 0, 0], she = [0, 3, 0.1f];
            double Length(float[] x) => Math.Sqrt(x.Sum(one => (double)one * one));
            double[] axis = [.. she.Zip(he, (a, b) => a / Length(she) - b)];
            return (float)(v.Zip(axis, (a, b) => a * b).Sum() / Length(v) / Math.Sqrt(axis.Sum(one => one * one)));
        }

        IReadOnlyList<WordNeighbor> along = vectors.Along("he", "she", ["both", "left", "right", "he2"]);
        Assert.Equal(["right", "he2", "both", "left"], along.Select(word => word.Word));
        string[] words = [.. vectors.Words];
        Assert.All(along, word => Assert.Equal(Cosine(Array.IndexOf(words, word.Word)), word.Similarity, 1e-6));
        (IReadOnlyList<WordNeighbor> from, IReadOnlyList<WordNeighbor> to) = vectors.Ends("he", "she", 2);
        Assert.Equal(["right", "he2"], from.Select(word => word.Word));
        Assert.Equal(["left", "both"], to.Select(word => word.Word));
        Assert.Equal(along[0].Similarity, from[0].Similarity, 1e-6);
        Assert.Throws<ArgumentException>(() => vectors.Ends("he", "he"));
        Assert.Throws<ArgumentException>(() => vectors.Along("he", "she", ["none"]));

        // Three unit vectors lie in a plane, so their distances are kept.
        string[] three = ["both", "left", "she"];
        IReadOnlyList<(double X, double Y)> places = vectors.Plane(three);
        for (int i = 0; i < 3; i++)
        {
            int j = (i + 1) % 3;
            double expected = Math.Sqrt(2.0 - 2.0 * vectors.Similarity(three[i], three[j]));
            Assert.Equal(
                expected, double.Hypot(places[i].X - places[j].X, places[i].Y - places[j].Y), 1e-6);
        }

        Assert.Throws<ArgumentException>(() => vectors.Plane(["he", "she", "he"]));
    }

    [Fact]
    public void A_table_of_pairs_adds_up_and_grows()
    {
        // Sums that fit beside their pair, that do not, and pairs that leave almost no room.
        foreach ((int numbers, ulong amount) in
            new[] { (100_000, 12UL), (100_000, 5_000_000_000UL), (int.MaxValue, 5_000_000_000UL) })
        {
            PairTable table = new(numbers), copy = new(numbers);
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < 100_000; i++)
                {
                    table.Add(numbers - 1 - i, i % 7, amount);
                }
            }

            copy.AddBytes(table.ToBytes());
            foreach (PairTable one in new[] { table, copy })
            {
                int count = 0;
                one.ForEach((first, second, sum) =>
                {
                    Assert.True(second == (numbers - 1 - first) % 7 && sum == 3 * amount);
                    count++;
                });
                Assert.Equal(100_000, count);
            }
        }
    }

    [Fact]
    public void Counts_beyond_32_bits_are_told_once()
    {
        // 2520 a time: 2³² is passed at the 1,704,458th.
        const int Times = 1_800_000;
        string path = In("often");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("a b\n", Times)));
        var vocabulary = Vocabulary.Of(new Corpus(path), 1, 10, ProcessGroup.Single, CancellationToken.None);
        var told = new List<(int, int, double)>();
        PairCounts.Of(new Corpus(path), vocabulary, 2, ProcessGroup.Single, CancellationToken.None)
            .ForEach((rare, common, weight) => told.Add((rare, common, weight)));
        Assert.Equal([(1, 0, 2520.0 * Times)], told);
    }

    [Fact]
    public void Vectors_are_the_scaled_singular_vectors_of_the_mutual_information()
    {
        string path = Text(40, 4000);
        foreach (WordVectorOptions options in new[]
        {
            Small with { ContextWeight = 0.0 },
            Small with { ContextWeight = 0.0, Shift = 1.3, Smoothing = 1.0, Power = 0.25, Window = 5 },
        })
        {
            WordVectors vectors = WordVectors.Train(path, options with { Dimensions = 8 });
            string[][] lines = [.. File.ReadLines(path).Select(line => line.Split(' '))];
            Dictionary<(int, int), double> counts = ByHand(lines, [.. vectors.Words], options.Window);
            int words = vectors.Words.Count;
            var n = DenseMatrix.Create(
                words, words, (i, j) => counts.GetValueOrDefault((Math.Max(i, j), Math.Min(i, j))));
            for (int i = 0; i < words; i++)
            {
                // A word beside itself is a pair in both directions.
                n[i, i] *= 2.0;
            }

            Vector<double> sums = n.RowSums(), smoothed = sums.Map(sum => Math.Pow(sum, options.Smoothing));
            var information = DenseMatrix.Create(words, words, (i, j) => n[i, j] == 0.0 ? 0.0 : Math.Max(0.0, Math.Log(
                (i == j ? 0.5 : 1.0) * n[i, j] / sums[i] / (smoothed[j] / smoothed.Sum()) / options.Shift)));
            var svd = information.Svd();
            Matrix<double> expected = svd.U.SubMatrix(0, words, 0, 8)
                * DiagonalMatrix.OfDiagonal(8, 8, svd.S.Take(8).Select(value => Math.Pow(value, options.Power)));
            var found = DenseMatrix.Create(words, 8, (i, j) => vectors.Values[i * 8 + j]);

            // Signs are free.
            Matrix<double> difference = expected.PointwiseAbs() - found.PointwiseAbs();
            Assert.True(difference.FrobeniusNorm() < 0.02 * expected.FrobeniusNorm(), $"{difference.FrobeniusNorm()}");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_words_of_one_topic_are_near()
    {
        string path = In("topics");
        var random = new Random(3);
        string[] one = ["apple", "pear", "plum", "cherry"], two = ["iron", "copper", "zinc", "tin"];
        string[] fill = ["the", "of", "and", "a", "in"];
        File.WriteAllLines(path, Enumerable.Range(0, 3000).Select(i => string.Join(' ', Enumerable.Range(0, 8).Select(
            _ => random.Next(2) == 0 ? (i % 2 == 0 ? one : two)[random.Next(4)] : fill[random.Next(5)]))));
        WordVectors vectors = WordVectors.Train(path, Small);
        Assert.Equal(vectors.Values, WordVectors.Train(path, Small).Values);
        Assert.Equal(["cherry", "pear", "plum"], vectors.Near("apple", 3).Select(near => near.Word).Order());
        Assert.Equal("zinc", vectors.Odd(["apple", "pear", "zinc", "plum"]));
    }

    [Fact]
    public void Odd_texts_end_in_a_sentence()
    {
        File.WriteAllText(In("empty"), string.Empty);
        Assert.Throws<InvalidDataException>(() => WordVectors.Train(In("empty")));
        File.WriteAllText(In("few"), "a b c d e f a b c d e f");
        InvalidDataException few = Assert.Throws<InvalidDataException>(() => WordVectors.Train(In("few")));
        Assert.Contains("fewer dimensions", few.Message, StringComparison.Ordinal);

        // Every word on a line of its own is near none.
        File.WriteAllLines(In("alone"), Enumerable.Range(0, 20).Select(i => $"w{i}"));
        Assert.Throws<InvalidDataException>(() => WordVectors.Train(In("alone"), Small));
        File.WriteAllBytes(In("bytes"), new byte[3 << 20].AsSpan().ToArray().Select(_ => (byte)'x').ToArray());
        Assert.Throws<InvalidDataException>(() => WordVectors.Train(In("bytes"), Small));
        Assert.Throws<FileNotFoundException>(() => WordVectors.Train(In("none")));
        foreach (Func<WordVectorOptions> wrong in new Func<WordVectorOptions>[]
        {
            () => new() { Dimensions = 0 }, () => new() { Window = 0 },
            () => new() { MinCount = 0 }, () => new() { MaxWords = 1 },
            () => new() { Smoothing = 0.0 }, () => new() { Shift = 0.5 },
            () => new() { Power = 2.0 }, () => new() { ContextWeight = -1.0 },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => WordVectors.Train(In("few"), wrong()));
        }
    }

    [Fact]
    public void Nearest_words_analogies_and_the_odd_one_follow_the_angles()
    {
        var vectors = new WordVectors(
            ["man", "king", "woman", "queen", "child"],
            [1f, 0f, 0f, 1f, 0f, 1f, 0f, 1f, 0f, 0f, 2f, 2f, -1f, 0.1f, 0f]);
        Assert.Equal("queen", vectors.Analogy("man", "king", "woman")[0].Word);
        Assert.DoesNotContain(vectors.Analogy("man", "king", "woman"), near => near.Word is "man" or "king" or "woman");
        Assert.Equal(1.0 / Math.Sqrt(2.0), vectors.Similarity("man", "king"), 1e-6);
        Assert.Equal(["king", "woman"], vectors.Near("man", 2).Select(near => near.Word));
        Assert.Equal("child", vectors.Odd(["man", "king", "child"]));
        Assert.Throws<ArgumentException>(() => vectors.Near("dog"));
        Assert.Throws<ArgumentException>(() => vectors.Odd(["man", "king"]));
        Assert.Throws<ArgumentException>(() => new WordVectors(["a", "a"], [1f, 2f]));
        Assert.Throws<ArgumentException>(() => new WordVectors(["a", "b"], [1f, float.NaN]));
        Assert.Throws<ArgumentException>(() => new WordVectors(["a", "b"], [1f, 2f, 3f]));
    }

    /// <summary>Lines of words, of which those with near numbers follow each other more often.</summary>
    private string Text(int words, int lines)
    {
        string path = In($"text{words}");
        var random = new Random(1);
        File.WriteAllLines(path, Enumerable.Range(0, lines).Select(_ =>
        {
            int center = random.Next(words);
            return string.Join(' ', Enumerable.Range(0, 8).Select(_ =>
                $"w{(center + (int)(words * Math.Pow(random.NextDouble(), 4.0))) % words}"));
        }));
        return path;
    }

    private static Dictionary<(int Rare, int Common), double> ByHand(string[][] lines, string[] words, int window)
    {
        Dictionary<string, int> numbers = words.Select((word, i) => (word, i)).ToDictionary();
        var counts = new Dictionary<(int, int), double>();
        foreach (string[] line in lines)
        {
            int[] known = [.. line.Where(numbers.ContainsKey).Select(word => numbers[word])];
            for (int i = 0; i < known.Length; i++)
            {
                for (int j = Math.Max(0, i - window); j < i; j++)
                {
                    (int, int) pair = (Math.Max(known[i], known[j]), Math.Min(known[i], known[j]));
                    counts[pair] = counts.GetValueOrDefault(pair) + 2520.0 / (i - j);
                }
            }
        }

        return counts;
    }

    private static void AssertCounts(Dictionary<(int, int), double> expected, PairCounts pairs)
    {
        int count = 0;
        pairs.ForEach((rare, common, weight) =>
        {
            Assert.Equal(expected[(rare, common)], weight, 1e-9);
            count++;
        });
        Assert.Equal(expected.Count, count);
    }
}
