using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Language.Words;

/// <summary>A word and how near it is.</summary>
/// <param name="Word">The word.</param>
/// <param name="Similarity">The cosine of the angle between the vectors, from −1 to 1.</param>
public sealed record WordNeighbor(string Word, double Similarity);

/// <summary>Words as vectors: words in similar company have vectors in similar directions.</summary>
public sealed class WordVectors
{
    private readonly float[] values;
    private readonly Lazy<float[]> units;
    private readonly Dictionary<string, int> numbers;

    /// <summary>Makes a table of vectors.</summary>
    /// <param name="words">The words, each once; usually the most frequent first.</param>
    /// <param name="values">words × dimensions, row by row.</param>
    /// <exception cref="ArgumentException">
    /// A word occurs twice, a number is not finite, or there are not as many numbers for each word.
    /// </exception>
    public WordVectors(IReadOnlyList<string> words, float[] values)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(values);
        if (words.Count == 0 || values.Length == 0 || values.Length % words.Count != 0)
        {
            throw new ArgumentException($"{values.Length} numbers are no vectors of {words.Count} words.");
        }

        (Words, this.values, Dimensions) = (words, values, values.Length / words.Count);
        numbers = new Dictionary<string, int>(words.Count, StringComparer.Ordinal);
        for (int i = 0; i < words.Count; i++)
        {
            if (!numbers.TryAdd(words[i], i))
            {
                throw new ArgumentException($"The word '{words[i]}' occurs twice.");
            }

            if (!TensorPrimitives.IsFiniteAll<float>(this[i]))
            {
                throw new ArgumentException($"The vector of '{words[i]}' has a number that is not finite.");
            }
        }

        units = new Lazy<float[]>(Units);
    }

    /// <summary>Gets the words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Gets the numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>
    /// Gets a remark where many words are others than they seem to be, for their capitals or the punctuation at their
    /// ends; null where these are few. <see cref="WordVectorOptions.PlainWords"/> takes both away.
    /// </summary>
    public string? Remark => WordForms.Remark(Words);

    /// <summary>Gets the vector of a word.</summary>
    /// <param name="word">The word.</param>
    /// <exception cref="ArgumentException">There is no such word.</exception>
    public ReadOnlySpan<float> this[string word] => this[NumberOf(word)];

    /// <summary>Gets the numbers of all vectors, words × dimensions, row by row.</summary>
    public ReadOnlySpan<float> Values => values;

    /// <summary>Gets the vectors of length 1.</summary>
    internal float[] UnitVectors => units.Value;

    private ReadOnlySpan<float> this[int word] => values.AsSpan(word * Dimensions, Dimensions);

    /// <summary>
    /// Finds vectors for the words of a text, as the settings' method does. The text, plain or gzip, has words between
    /// spaces and a sentence a line, or is as printed (<see cref="WordVectorOptions.PlainWords"/>); it is read twice,
    /// or once and once an epoch, and may be larger than memory. The vectors depend on the seed and the number of
    /// threads alone, except with <see cref="WordVectorOptions.Fast"/>.
    /// </summary>
    /// <param name="path">The text.</param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">A setting is not possible.</exception>
    /// <exception cref="InvalidDataException">The file is no text, or has too few words.</exception>
    public static WordVectors Train(
        string path, WordVectorOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new WordVectorOptions();
        options.Validate();
        options.Processes.RequireSameFile(path);
        var corpus = new Corpus(path, options.PlainWords);
        Vocabulary vocabulary = Vocabulary.Of(
            corpus, options.MinCount, options.MaxWords, options.Processes, cancellation);
        int words = vocabulary.Counts.Count;
        bool isSampled = options.Method is WordMethod.SkipGram or WordMethod.ContinuousBag;
        int least = isSampled ? 2 : options.Dimensions + 1;
        if (words < least)
        {
            throw new InvalidDataException(
                $"{path} has {words} words that occur {options.MinCount} times or more; {options.Dimensions} "
                + "dimensions need more words: take a longer text, fewer dimensions, or a lower minimum.");
        }

        float[] Counted() => PpmiVectors.Of(
            PairCounts.Of(corpus, vocabulary, options.Window, options.Processes, cancellation), words, options,
            cancellation);
        float[] Learned(WordMethod method) =>
            SampledVectors.Of(corpus, vocabulary, options with { Method = method }, cancellation);
        return new WordVectors(vocabulary.Words, options.Method switch
        {
            WordMethod.MutualInformation => Counted(),
            WordMethod.Both => JoinedVectors.Of(
                Counted(), Learned(WordMethod.SkipGram), options.Dimensions),
            _ => Learned(options.Method),
        });
    }

    /// <summary>Reads vectors; the form is recognized by the content.</summary>
    /// <param name="path">A file of word2vec, binary or text, of GloVe, or of safetensors.</param>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public static WordVectors Load(string path) => WordVectorFile.Read(path);

    /// <summary>
    /// Writes the vectors in the form that the name asks for: <c>.bin</c> word2vec's binary form, <c>.glove</c> GloVe's
    /// text, <c>.safetensors</c>, and any other name word2vec's text.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    public void Save(string path, bool replace = false) =>
        FileTransaction.WriteOne(path, replace, file => WordVectorFile.Write(this, file, Path.GetExtension(path)));

    /// <summary>Returns whether there is a word.</summary>
    public bool Contains(string word) => numbers.ContainsKey(word);

    /// <summary>Returns the cosine of the angle between the vectors of two words.</summary>
    /// <exception cref="ArgumentException">There is no such word.</exception>
    public double Similarity(string first, string second) =>
        TensorPrimitives.Dot(Unit(NumberOf(first)), Unit(NumberOf(second)));

    /// <summary>Returns the nearest words of a word.</summary>
    /// <param name="word">The word.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">There is no such word.</exception>
    public IReadOnlyList<WordNeighbor> Near(string word, int count = 10)
    {
        int number = NumberOf(word);
        return Near(Unit(number), count, number);
    }

    /// <summary>
    /// Returns what is to <paramref name="c"/> as <paramref name="b"/> is to <paramref name="a"/>: the words nearest to
    /// b − a + c, of vectors of length 1, without the three. Source: T. Mikolov, W. Yih and G. Zweig, NAACL (2013).
    /// </summary>
    /// <param name="a">Such as man.</param>
    /// <param name="b">Such as king.</param>
    /// <param name="c">Such as woman.</param>
    /// <param name="count">How many words.</param>
    /// <exception cref="ArgumentException">There is no such word.</exception>
    public IReadOnlyList<WordNeighbor> Analogy(string a, string b, string c, int count = 10)
    {
        int[] given = [NumberOf(a), NumberOf(b), NumberOf(c)];
        float[] target = new float[Dimensions];
        TensorPrimitives.Subtract(Unit(given[1]), Unit(given[0]), target);
        TensorPrimitives.Add(target, Unit(given[2]), target);
        TensorPrimitives.Divide(target, Math.Max(TensorPrimitives.Norm<float>(target), float.Epsilon), target);
        return Near(target, count, given);
    }

    /// <summary>Returns the word that belongs least to the others: whose vector is farthest from their mean.</summary>
    /// <param name="words">Three words or more.</param>
    /// <exception cref="ArgumentException">There are fewer, or one is not known.</exception>
    public string Odd(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count < 3)
        {
            throw new ArgumentException("What does not belong is a question about three words or more.");
        }

        int[] given = [.. words.Select(NumberOf)];
        float[] mean = new float[Dimensions];
        foreach (int word in given)
        {
            TensorPrimitives.Add(mean, Unit(word), mean);
        }

        return Words[given.MinBy(word => TensorPrimitives.Dot(Unit(word), mean))];
    }

    /// <summary>
    /// Returns where words lie along the axis from one word to another: the cosine between each vector and v(to) −
    /// v(from), of vectors of length 1. On the axis from he to she, what a text says of a profession shows as its bias.
    /// Source: T. Bolukbasi et al., NIPS (2016).
    /// </summary>
    /// <param name="from">Such as he.</param>
    /// <param name="to">Such as she.</param>
    /// <param name="words">The words.</param>
    /// <returns>The words with their cosines, from the least to the greatest.</returns>
    /// <exception cref="ArgumentException">There is no such word, or the two have the same direction.</exception>
    public IReadOnlyList<WordNeighbor> Along(string from, string to, IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        float[] axis = Axis(from, to);
        return
        [
            .. words.Select(word => new WordNeighbor(word, TensorPrimitives.Dot(Unit(NumberOf(word)), axis)))
                .OrderBy(word => word.Similarity),
        ];
    }

    /// <summary>Returns the words that lie farthest towards each end of an axis; see <see cref="Along"/>.</summary>
    /// <param name="from">Such as he.</param>
    /// <param name="to">Such as she.</param>
    /// <param name="count">How many at each end.</param>
    /// <returns>Those towards the first word, with negative cosines, and those towards the second.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Along"/>.</exception>
    public (IReadOnlyList<WordNeighbor> From, IReadOnlyList<WordNeighbor> To) Ends(
        string from, string to, int count = 10)
    {
        float[] axis = Axis(from, to), opposite = new float[axis.Length];
        TensorPrimitives.Negate(axis, opposite);
        int[] without = [NumberOf(from), NumberOf(to)];
        return (
            [.. Near(opposite, count, without).Select(word => word with { Similarity = -word.Similarity })],
            Near(axis, count, without));
    }

    /// <summary>
    /// Returns words in the plane of their first two principal components, of vectors of length 1: as good a picture of
    /// their distances as a plane of projections can be.
    /// </summary>
    /// <param name="words">Three different words or more.</param>
    /// <returns>The positions, in the order of the words.</returns>
    /// <exception cref="ArgumentException">There are fewer, or one is not known.</exception>
    public IReadOnlyList<(double X, double Y)> Plane(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Distinct(StringComparer.Ordinal).Count() < 3)
        {
            throw new ArgumentException("A picture needs three different words or more.");
        }

        if (Dimensions < 2)
        {
            throw new ArgumentException("A picture needs vectors of two numbers or more.");
        }

        int[] given = [.. words.Select(NumberOf)];
        var samples = Matrix<double>.Build.Dense(given.Length, Dimensions, (i, j) => Unit(given[i])[j]);
        Matrix<double> places = new PrincipalComponents(2).Fit(samples).Transform(samples);
        return [.. Enumerable.Range(0, given.Length).Select(i => (places[i, 0], places[i, 1]))];
    }

    /// <summary>Returns the numbers of words and dimensions.</summary>
    public override string ToString() =>
        $"{Counted.Of(Words.Count, "word")} in {Counted.Of(Dimensions, "dimension")}";

    /// <summary>Returns the number of a word, or −1.</summary>
    internal int Find(string word) => numbers.GetValueOrDefault(word, -1);

    private float[] Axis(string from, string to)
    {
        float[] axis = new float[Dimensions];
        TensorPrimitives.Subtract(Unit(NumberOf(to)), Unit(NumberOf(from)), axis);
        float length = TensorPrimitives.Norm<float>(axis);
        if (!(length > 1e-6f))
        {
            throw new ArgumentException($"'{from}' and '{to}' have the same direction, which is no axis.");
        }

        TensorPrimitives.Divide(axis, length, axis);
        return axis;
    }

    private int NumberOf(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return numbers.TryGetValue(word, out int number)
            ? number
            : throw new ArgumentException($"There is no vector of the word '{word}'{Others(word)}.");
    }

    /// <summary>Names words that differ from one that is not there in capitals and punctuation alone.</summary>
    private string Others(string word)
    {
        const int Shown = 3;
        string inner = WordForms.Inner(word);
        string[] others = inner.Length == 0 ? [] : [.. Words.Where(other => string.Equals(
            WordForms.Inner(other), inner, StringComparison.OrdinalIgnoreCase)).Take(Shown)];
        return others.Length == 0 ? string.Empty
            : $"; there is one of {string.Join(" and of ", others.Select(other => $"'{other}'"))}";
    }

    private List<WordNeighbor> Near(ReadOnlySpan<float> target, int count, params int[] without)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        double[] near = new double[Words.Count];
        for (int word = 0; word < near.Length; word++)
        {
            near[word] = TensorPrimitives.Dot(Unit(word), target);
        }

        return [.. Enumerable.Range(0, near.Length).Except(without).OrderByDescending(word => near[word]).Take(count)
            .Select(word => new WordNeighbor(Words[word], near[word]))];
    }

    private ReadOnlySpan<float> Unit(int word) => UnitVectors.AsSpan(word * Dimensions, Dimensions);

    private float[] Units()
    {
        float[] result = new float[values.Length];
        for (int word = 0; word < Words.Count; word++)
        {
            float length = TensorPrimitives.Norm(this[word]);
            if (length > 0.0f)
            {
                TensorPrimitives.Divide(this[word], length, result.AsSpan(word * Dimensions, Dimensions));
            }
        }

        return result;
    }
}
