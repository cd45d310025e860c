using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Language.Words;

/// <summary>How well vectors agree with people's judgements of similarity.</summary>
/// <param name="Correlation">Spearman's ρ over the pairs whose words are both known.</param>
/// <param name="Known">Their number.</param>
/// <param name="Pairs">The number of all pairs.</param>
public sealed record WordSimilarityScore(double Correlation, int Known, int Pairs);

/// <summary>How many analogies vectors complete: the nearest word to b − a + c is the one that is wanted.</summary>
/// <param name="Section">The section of the file; "all" for all together.</param>
/// <param name="Correct">How many are right.</param>
/// <param name="Known">Those whose four words are all known.</param>
/// <param name="Questions">All.</param>
public sealed record WordAnalogyScore(string Section, int Correct, int Known, int Questions)
{
    /// <summary>Gets the share of right answers among the known ones; null where none is known.</summary>
    public double? Accuracy => Known == 0 ? null : (double)Correct / Known;
}

/// <summary>Measures word vectors by the files of the field.</summary>
public static class WordEvaluation
{
    private const int AtOnce = 256;

    /// <summary>Returns whether a file holds analogies, by its first line, rather than similarities.</summary>
    /// <param name="path">The file.</param>
    public static bool IsOfAnalogies(string path) => File.ReadLines(path).FirstOrDefault() is { } first
        && first.StartsWith(':');

    /// <summary>Compares cosines with judgements by Spearman's rank correlation; equals have their mean rank.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="path">
    /// Two words and a number a line, separated by tabs, spaces or commas; lower case is tried too.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// A line is none such, there is none, or fewer than two that differ are of known words.
    /// </exception>
    public static WordSimilarityScore Similarities(WordVectors vectors, string path)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var ours = new List<double>();
        var people = new List<double>();
        int pairs = 0, number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] parts = line.Split(['\t', ' ', ','], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }

            if (parts.Length < 3 || !double.TryParse(
                parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double judgement))
            {
                if (number == 1)
                {
                    // A line of names.
                    continue;
                }

                throw new InvalidDataException($"{path}, line {number}: two words and a number are needed.");
            }

            pairs++;
            if (Known(vectors, parts[0]) is { } first && Known(vectors, parts[1]) is { } second)
            {
                ours.Add(vectors.Similarity(first, second));
                people.Add(judgement);
            }
        }

        RequireSome(path, pairs, "rated pair of words");
        return ours.Distinct().Count() > 1 && people.Distinct().Count() > 1
            ? new WordSimilarityScore(
                MathNet.Numerics.Statistics.Correlation.Pearson(Ranks(ours), Ranks(people)), ours.Count, pairs)
            : throw new InvalidDataException(ours.Count > 1
                ? $"{path}: the {ours.Count} pairs whose words have vectors do not differ, and ranks need some that do."
                : $"{path}: {ours.Count} of {pairs} pairs are of two words that have vectors, and two are needed: give "
                    + "rated pairs of words of these vectors.");
    }

    /// <summary>Completes analogies.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="path">Four words a line, and lines that begin with a colon and name a section.</param>
    /// <returns>Every section in the order of the file, and all together last.</returns>
    /// <exception cref="InvalidDataException">
    /// A line is none such, there is none, or none is of four known words.
    /// </exception>
    public static IReadOnlyList<WordAnalogyScore> Analogies(WordVectors vectors, string path)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var sections = new List<(string Name, int Questions, List<int[]> Known)>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] parts = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith(':'))
            {
                sections.Add((line[1..].Trim(), 0, []));
            }
            else if (parts.Length == 4 && sections.Count > 0)
            {
                (string name, int before, List<int[]> known) = sections[^1];
                string?[] words = [.. parts.Select(part => Known(vectors, part))];
                sections[^1] = (name, before + 1, known);
                if (words.All(word => word is not null))
                {
                    known.Add([.. words.Select(word => vectors.Find(word!))]);
                }
            }
            else if (parts.Length > 0)
            {
                throw new InvalidDataException(
                    $"{path}, line {number}: four words are needed, below a line such as ': family'.");
            }
        }

        RequireKnown(path, sections.Sum(section => section.Questions), sections.Sum(section => section.Known.Count));
        WordAnalogyScore[] scores = [.. sections.Select(section => new WordAnalogyScore(
            section.Name, Correct(vectors, section.Known), section.Known.Count, section.Questions))];
        return [.. scores, new WordAnalogyScore(
            "all", scores.Sum(one => one.Correct), scores.Sum(one => one.Known), scores.Sum(one => one.Questions))];
    }

    private static void RequireKnown(string path, int questions, int known)
    {
        RequireSome(path, questions, "analogy");
        if (known == 0)
        {
            throw new InvalidDataException(
                $"{path}: none of {questions} analogies is of four words that have vectors: give analogies of words of "
                + "these vectors.");
        }
    }

    private static void RequireSome(string path, int count, string what)
    {
        if (count == 0)
        {
            throw new InvalidDataException(
                $"{path} has no {what}: two words and a number a line are needed, or a line such as ': family' and "
                + "four words a line below it.");
        }
    }

    private static string? Known(WordVectors vectors, string word) =>
        vectors.Contains(word) ? word : vectors.Contains(word.ToLowerInvariant()) ? word.ToLowerInvariant() : null;

    private static unsafe int Correct(WordVectors vectors, List<int[]> questions)
    {
        (int words, int dimensions) = (vectors.Words.Count, vectors.Dimensions);
        float[] targets = new float[AtOnce * dimensions], near = new float[checked(AtOnce * words)];
        int correct = 0;
        for (int first = 0; first < questions.Count; first += AtOnce)
        {
            int count = Math.Min(AtOnce, questions.Count - first);
            for (int i = 0; i < count; i++)
            {
                Span<float> target = targets.AsSpan(i * dimensions, dimensions);
                ReadOnlySpan<float> Unit(int place) =>
                    vectors.UnitVectors.AsSpan(questions[first + i][place] * dimensions, dimensions);
                TensorPrimitives.Subtract(Unit(1), Unit(0), target);
                TensorPrimitives.Add(target, Unit(2), target);
            }

            fixed (float* units = vectors.UnitVectors, asked = targets, result = near)
            {
                Products.Gemm(
                    (byte)'T', (byte)'N', words, count, dimensions, 1.0f, units, dimensions, asked, dimensions, 0.0f,
                    result, words);
            }

            for (int i = 0; i < count; i++)
            {
                Span<float> row = near.AsSpan(i * words, words);
                foreach (int given in questions[first + i].AsSpan(0, 3))
                {
                    row[given] = float.NegativeInfinity;
                }

                correct += TensorPrimitives.IndexOfMax<float>(row) == questions[first + i][3] ? 1 : 0;
            }
        }

        return correct;
    }

    private static double[] Ranks(List<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        double[] ranks = new double[order.Length];
        for (int first = 0, end; first < order.Length; first = end)
        {
            end = first;
            while (end < order.Length && values[order[end]] == values[order[first]])
            {
                end++;
            }

            for (int i = first; i < end; i++)
            {
                ranks[order[i]] = 0.5 * (first + end - 1);
            }
        }

        return ranks;
    }
}
