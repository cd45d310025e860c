using Math4AI.Language.Documents;
using Math4AI.Language.Words;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Language.Documents;

public sealed class DocumentTests
{
    private static readonly string[][] Subjects =
    [
        ["ship", "sea", "sail", "wind", "harbor", "wave"], ["bread", "oven", "flour", "dough", "bake", "yeast"],
        ["goal", "ball", "team", "match", "score", "field"],
    ];

    [Fact]
    public void Latent_semantic_analysis_is_the_decomposition_of_the_frequencies()
    {
        string[] texts = Texts(40);
        const int Dimensions = 10;
        DocumentVectors found = DocumentVectors.OfTerms(texts, Dimensions);
        Matrix<double> frequencies = Frequencies(texts);
        Matrix<double> expected =
            frequencies * frequencies.Svd().VT.SubMatrix(0, Dimensions, 0, frequencies.ColumnCount).Transpose();
        for (int i = 0; i < texts.Length; i++)
        {
            for (int j = 0; j < texts.Length; j++)
            {
                double cosine = expected.Row(i).DotProduct(expected.Row(j))
                    / (expected.Row(i).L2Norm() * expected.Row(j).L2Norm());
                Assert.Equal(cosine, found.Vectors.Row(i).DotProduct(found.Vectors.Row(j)), 1e-6);
            }
        }
    }

    [Fact]
    public void Nearest_texts_are_about_the_same_also_without_a_word_in_common()
    {
        string[] texts = Texts(60);
        DocumentVectors vectors = DocumentVectors.OfTerms(texts, 4);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.All(vectors.Near(i, 5), near => Assert.Equal(i % 3, near.Text % 3));
            Assert.DoesNotContain(vectors.Near(i, texts.Length), near => near.Text == i);
        }

        Assert.All(vectors.Near("Sail!", 10), near => Assert.Equal(0, near.Text % 3));
        Assert.Contains(vectors.Near("sail", 10), near => !texts[near.Text].Contains("sail", StringComparison.Ordinal));
        Assert.Equal(1.0, vectors.Of("sail").L2Norm(), 1e-12);
        Assert.Equal(0.0, vectors.Of("nothing known").L2Norm());
        Assert.Throws<ArgumentException>(() => vectors.Near("nothing known"));
        Assert.Throws<ArgumentOutOfRangeException>(() => vectors.Near(60));
        Assert.Throws<ArgumentException>(() => DocumentVectors.OfTerms(texts, 61));
    }

    [Fact]
    public void Means_of_words_have_the_weights_of_the_formula_and_no_common_direction()
    {
        string[] texts = ["aa bb aa", "bb cc", "cc dd dd dd", "aa dd unknown", "other"];
        float[] values = [1, 0, 2, 0, 1, 1, -1, 1, 0, 2, -1, 0.5f];
        var words = new WordVectors(["aa", "bb", "cc", "dd"], values);
        Vector<double> Word(int i) =>
            Vector<double>.Build.Dense([.. values[(3 * i)..(3 * i + 3)].Select(one => (double)one)]);
        double[] counts = [3, 2, 2, 4];
        double Weight(int i) => 0.01 / (0.01 + counts[i] / 11.0);
        Vector<double> Mean(params int[] some) =>
            some.Aggregate(Vector<double>.Build.Dense(3), (sum, i) => sum + Word(i) * Weight(i)) / some.Length;
        Matrix<double> means = Matrix<double>.Build.DenseOfRowVectors(
            Mean(0, 1, 0), Mean(1, 2), Mean(2, 3, 3, 3), Mean(0, 3), Vector<double>.Build.Dense(3));
        Vector<double> common = means.Svd().VT.Row(0);
        DocumentVectors found = DocumentVectors.OfWords(texts, words, 0.01);
        for (int i = 0; i < 4; i++)
        {
            Vector<double> expected = means.Row(i) - means.Row(i).DotProduct(common) * common;
            Assert.True((expected / expected.L2Norm() - found.Vectors.Row(i)).L2Norm() < 1e-5);
            Assert.True(Math.Abs(found.Vectors.Row(i).DotProduct(common)) < 1e-5);
        }

        Assert.Equal(0.0, found.Vectors.Row(4).L2Norm());
        Assert.Equal(0, found.Near("AA aa, bb")[0].Text);
        Assert.Throws<ArgumentException>(() => DocumentVectors.OfWords(["aa"], words));
        Assert.Throws<ArgumentException>(() => DocumentVectors.OfWords(["x", "y"], words));
    }

    [Fact]
    public void Topics_are_what_the_texts_were_made_of()
    {
        string[] texts = Texts(90);
        Topics topics = Topics.Of(texts, 3);
        int[] subjects = [.. topics.All.Select(topic =>
            Array.FindIndex(Subjects, subject => subject.Contains(topic.Words[0].Word)))];
        Assert.Equal([0, 1, 2], subjects.Order());
        for (int topic = 0; topic < 3; topic++)
        {
            Assert.Equal(
                Subjects[subjects[topic]].Order(), topics.All[topic].Words.Take(6).Select(word => word.Word).Order());
            Assert.Equal(1.0, topics.All[topic].Words[0].Weight);
            Assert.All(topics.All[topic].Words, word => Assert.True(word.Weight > 1e-6));
            Assert.All(topics.All[topic].Texts, text => Assert.Equal(subjects[topic], text % 3));
        }

        Assert.Equal(1.0, topics.All.Sum(topic => topic.Share), 1e-9);
        double[] shares = [.. topics.All.Select(topic => topic.Share)];
        Assert.Equal(shares.OrderDescending(), shares);
        Assert.All(topics.Shares.RowSums(), sum => Assert.Equal(1.0, sum, 1e-9));
        Matrix<double> others = topics.SharesOf(["the wind and the wave", "unheard"]);
        Assert.True(others[0, Array.IndexOf(subjects, 0)] > 0.9);
        Assert.Equal(0.0, others.Row(1).Sum());
        Assert.DoesNotContain(topics.All.SelectMany(topic => topic.Words), word => word.Word == "the");
        Assert.Throws<ArgumentException>(() => Topics.Of(texts, 91));
        Assert.Throws<ArgumentOutOfRangeException>(() => Topics.Of(texts, 2, maxShare: 0.0));
    }

    /// <summary>Texts about the three subjects in turn, with a word that is in all.</summary>
    private static string[] Texts(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(i => "the " + string.Join(
            ' ', Enumerable.Range(0, 5).Select(_ => Subjects[i % 3][random.Next(6)])))];
    }

    /// <summary>Counts times ln((1 + n)/(1 + n_t)) + 1, in rows of length 1.</summary>
    private static Matrix<double> Frequencies(string[] texts)
    {
        string[][] words = [.. texts.Select(text => text.Split(' '))];
        string[] terms = [.. words.SelectMany(some => some).Distinct().Order(StringComparer.Ordinal)];
        var counts = Matrix<double>.Build.Dense(
            texts.Length, terms.Length, (i, j) => words[i].Count(word => word == terms[j]));
        double[] weights = [.. counts.EnumerateColumns().Select(
            column => Math.Log((1.0 + texts.Length) / (1.0 + column.Count(one => one > 0.0))) + 1.0)];
        return counts.MapIndexed((_, j, count) => count * weights[j]).NormalizeRows(2.0);
    }
}
